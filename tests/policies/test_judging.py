"""Where a policy holds, for whom, until when; what a finding says and whom it stops."""

from pathlib import Path

import pytest

from tests.trees import MODEL, TODAY, base, judged, laid_out
from windlass import __version__
from windlass.adapters import survey
from windlass.cli import wiring
from windlass.engine import scope, validate
from windlass.flows import recall
from windlass.flows import validate as validating
from windlass.model.diagnostic import Diagnostic, Severity

PLACE = "environments/policies/copies.yaml"
POLICY = """\
apiVersion: windlass.dev/v1alpha1
kind: Policy
metadata: {name: copies}
spec:
  subject: model
  validations:
    - {expression: EXPRESSION, message: too few copies, path: model.spec.serving.maxReplicas}
"""
OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: digits}
spec:
  for: {model: vision/digits}
  patch: {serving: {maxReplicas: 5}}
"""
BELOW = "model.spec.serving.maxReplicas > 9"


def found(expression: str = BELOW, more: str = "", files: dict[str, bytes] | None = None) -> list[Diagnostic]:
    policy = POLICY.replace("EXPRESSION", f'"{expression}"') + more
    return [one for one in judged((files or base()) | {PLACE: policy.encode()}) if one.code.startswith("WL28")]


def test_one_answer_for_all_environments_is_one_finding() -> None:
    (finding,) = found()
    assert finding.hint == "policy `copies`"
    assert finding.environments == ("dev", "prod", "staging")


def test_each_environment_has_its_own_answer_where_it_is_asked_for() -> None:
    (finding,) = found("environment.metadata.name != 'prod' || model.spec.serving.maxReplicas > 9")
    assert finding.hint == "policy `copies` in prod"
    assert finding.environments == ("prod",)


def test_what_an_overlay_sets_is_told_in_the_overlay() -> None:
    laid = "environments/prod/overlays/digits.yaml"
    first, second = found(files=base() | {laid: OVERLAY.encode()})
    assert (first.place and first.place.path, first.environments) == (laid, ("prod",))
    assert (second.place and second.place.path, second.environments) == (MODEL, ("dev", "staging"))


@pytest.mark.parametrize(
    ("more", "environments"),
    [
        ("  environments: [prod]\n", ("prod",)),
        ("  selector: {teams: [vision]}\n", ("dev", "prod", "staging")),
        ("  selector: {labels: {tier: gold}}\n", None),
        ('  exemptions: [{subjects: [vision], owner: o, reason: r, until: "2026-03-03"}]\n', None),
        (
            '  exemptions: [{subjects: [vision/digits], environments: [dev], owner: o, reason: r, until: "2026-03-03"}]\n',
            ("prod", "staging"),
        ),
        ("  severity: warning\n", ("dev", "prod", "staging")),
    ],
    ids=["environments", "team", "labels", "exempt today", "exempt somewhere", "warning"],
)
def test_where_it_holds_and_for_whom(more: str, environments: tuple[str, ...] | None) -> None:
    findings = found(more=more)
    assert [one.environments for one in findings] == ([environments] if environments else [])
    assert {one.severity for one in findings} <= {Severity.WARNING if "warning" in more else Severity.ERROR}


def test_an_exemption_of_yesterday_counts_no_more_and_says_so() -> None:
    ended = '  exemptions: [{subjects: [vision/digits], owner: lead@example.org, reason: r, until: "2026-03-02"}]\n'
    over, broken = found(more=ended)
    assert (over.code, over.severity) == ("WL284", Severity.WARNING)
    assert "an exemption by lead@example.org ended on 2026-03-02" in [one.message for one in broken.related]


def test_it_stops_what_goes_there_and_nothing_else() -> None:
    (finding,) = found("environment.metadata.name != 'prod' || model.spec.serving.maxReplicas > 9")
    project = validate.read(base()).project
    model = scope.of_model(project, "vision/digits")
    assert not model.concerns(finding), "`up` goes to this machine"
    assert not scope.of_environment(project, "dev").concerns(finding)
    assert (model | scope.of_environment(project, "prod")).concerns(finding)


@pytest.mark.parametrize(("asked", "said"), [("maxReplicas", "at most 1"), ("nothing", "too few copies")])
def test_a_message_can_be_an_expression_and_falls_back(asked: str, said: str) -> None:
    more = f"      messageExpression: \"'at most ' + string(model.spec.serving.{asked})\"\n"
    policy = POLICY.replace("{expression: EXPRESSION", f"expression: {BELOW}\n      message: too few copies\n") + more
    policy = policy.partition(", message")[0] + more
    assert [one.message for one in judged(base() | {PLACE: policy.encode()})] == [said]


def test_what_it_would_need_is_missing_and_told_already() -> None:
    without = {path: data for path, data in base().items() if not path.endswith("team.yaml")}
    assert found(files=without) == []


def test_the_answer_from_the_cache_ends_with_the_first_exemption(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    policy = root / PLACE
    policy.parent.mkdir()
    exempt = '  exemptions: [{subjects: [vision], owner: o, reason: r, until: "2999-06-01"}]\n'
    policy.write_text(POLICY.replace("EXPRESSION", BELOW) + exempt)
    assert validating.validate(wiring.reader(str(root)), survey).diagnostics == ()
    answers = [recall.recall(survey, str(root), __version__, day) for day in (TODAY, "2999-06-01", "2999-06-02")]
    assert answers == [7, 7, None]


def test_no_environment_no_judgement() -> None:
    bare = {path: data for path, data in base().items() if not path.startswith("environments/")}
    assert found(files=bare) == []
