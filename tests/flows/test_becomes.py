"""What a release becomes in a cluster stands in its evidence, and policies judge it before anybody reviews it."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.flows.test_promote import back, to
from tests.flows.test_promote import world as world
from tests.flows.test_render import ENVIRONMENT, windlass
from tests.toy import World
from windlass.model import digests
from windlass.model.failure import Refused

STAGING = ENVIRONMENT.replace("name: dev", "name: staging").replace("-dev", "-staging") + "  promotesFrom: dev\n"
POLICY = """\
apiVersion: windlass.dev/v1alpha1
kind: Policy
metadata: {name: no-services}
spec:
  subject: manifest
  validations: [{expression: "object.kind != 'Service'", message: there is a service}]
"""
EVIDENCE = "environments/staging/releases/vision/digits/evidence.json"


def cluster(world: World) -> None:
    world.clone.commit("staging is a cluster", {"environments/staging/environment.yaml": STAGING})


def test_the_evidence_names_what_will_be_rendered(world: World, tmp_path: Path) -> None:
    cluster(world)
    world.release_to_head()
    proposal = to(world, "staging")
    world.land(proposal)
    ran = windlass(world, "render", "staging", "--out", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr
    files = {path.relative_to(tmp_path / "out").as_posix(): path for path in (tmp_path / "out").rglob("*.yaml")}
    contents = {name: "sha256:" + hashlib.sha256(path.read_bytes()).hexdigest() for name, path in files.items()}
    evidence = json.loads((world.clone.folder / EVIDENCE).read_bytes())
    assert contents
    assert evidence["renderDigest"] == digests.of_value(contents)
    (change,) = [one["detail"] for one in evidence["checks"] if one["name"] == "change"]
    assert change.startswith(f"+{len(contents)} ~0 -0 objects in staging")


def test_what_a_policy_would_refuse_is_not_proposed(world: World) -> None:
    cluster(world)
    world.release_to_head()
    world.clone.commit("no services", {"environments/policies/no-services.yaml": POLICY})
    with pytest.raises(Refused) as caught:
        to(world, "staging")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("WL283", "Service vision-digits: there is a service")
    assert found.place.path in caught.value.sources


def test_a_rollback_asks_people_instead(world: World) -> None:
    cluster(world)
    for f1 in (0.9, 0.95):
        world.release_to_head(f1=f1)
        world.land(to(world, "staging"))
        world.apply("staging")
    world.clone.commit("no services", {"environments/policies/no-services.yaml": POLICY})
    proposal = back(world, "staging")
    evidence = json.loads(world.clone.git("show", f"{proposal.branch}:{EVIDENCE}"))
    (asked,) = [one for one in evidence["checks"] if one["name"] == "policies"]
    assert (asked["outcome"], asked["detail"]) == ("asks", "Service vision-digits: there is a service")
