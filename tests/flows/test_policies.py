"""Policies over what is rendered (WL283), through the front door: refused before anything is written, or only said."""

import subprocess
from pathlib import Path

import pytest

from tests.flows.test_render import ENVIRONMENT, tell, windlass
from tests.flows.test_render import world as world
from tests.toy import World

POLICY = """\
apiVersion: windlass.dev/v1alpha1
kind: Policy
metadata: {name: few-copies}
spec:
  subject: manifest
  severity: SEVERITY
  environments: [ENVIRONMENTS]
  validations:
    - expression: object.kind != 'Deployment' || object.spec.?replicas.orValue(9) > LEAST
      message: too few copies
      path: object.spec.replicas
  exemptions: EXEMPTIONS
"""
EXEMPTION = '[{subjects: [vision/digits], owner: lead@example.org, reason: a start, until: "%s"}]'


def judged(world: World, out: Path, **said: str) -> subprocess.CompletedProcess[str]:
    text = POLICY
    for key, value in ({"least": "1", "severity": "error", "environments": "dev", "exemptions": "[]"} | said).items():
        text = text.replace(key.upper(), value)
    policies = world.clone.folder / "environments/policies"
    policies.mkdir(exist_ok=True)
    (policies / "few-copies.yaml").write_text(text)
    tell(world, ENVIRONMENT)
    return windlass(world, "render", "dev", "--out", str(out))


def test_what_breaks_a_policy_is_refused_before_anything_is_written(world: World, tmp_path: Path) -> None:
    ran = judged(world, tmp_path / "out")
    assert ran.returncode == 4
    assert "deployment-vision-digits.yaml:" in ran.stderr
    assert "WL283  Deployment vision-digits: too few copies" in ran.stderr
    assert "replicas: 1" in ran.stderr, "the rendered line is shown"
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"least": "0"}, False),
        ({"severity": "warning"}, True),
        ({"environments": "prod"}, False),
        ({"exemptions": EXEMPTION % "2999-12-31"}, False),
    ],
    ids=["held", "warning", "elsewhere", "exempt"],
)
def test_what_does_not_stop(world: World, tmp_path: Path, said: dict[str, str], told: bool) -> None:
    ran = judged(world, tmp_path / "out", **said)
    assert ran.returncode == 0, ran.stderr
    assert ("WL283" in ran.stderr) is told


def test_an_exemption_that_ended_counts_no_more(world: World, tmp_path: Path) -> None:
    ran = judged(world, tmp_path / "out", exemptions=EXEMPTION % "2020-12-31")
    assert ran.returncode == 4
    assert "an exemption by lead@example.org ended on 2020-12-31" in ran.stderr


def test_what_has_no_value_counts_as_not_held(world: World, tmp_path: Path) -> None:
    ran = judged(world, tmp_path / "out", least="object.spec.nothing")
    assert ran.returncode == 4
    assert (
        "WL281  policy `few-copies` cannot judge Deployment vision-digits in dev: there is no key `nothing`"
        in ran.stderr
    )
