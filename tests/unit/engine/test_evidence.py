"""How many must agree, what counts as the same evidence, and how people say a time."""

import pytest

from tests.unit.engine.test_release import evidence, release
from windlass.engine import evidence as facts
from windlass.model.release import Check
from windlass.model.specs.environment import Environment, EnvironmentSpec, Promotion, Target


def environment(approvals: int) -> Environment:
    return Environment.model_validate(
        {
            "apiVersion": "windlass.dev/v1alpha1",
            "kind": "Environment",
            "metadata": {"name": "prod"},
            "spec": EnvironmentSpec(target=Target(kind="files"), promotion=Promotion(approvals=approvals)).plain(),
        }
    )


@pytest.mark.parametrize(
    ("asked", "risk", "comparable", "needed"),
    [
        (1, "limited", True, 1),
        (0, "minimal", True, 0),
        (0, "high", True, 2),
        (1, "high", True, 2),
        (3, "high", True, 3),
        (1, "limited", False, 2),
        (1, "high", False, 3),
    ],
)
def test_who_must_agree(asked: int, risk: str, comparable: bool, needed: int) -> None:
    assert facts.approvals_needed(environment(asked), risk, comparable) == needed


def test_the_riskier_class_counts() -> None:
    assert facts.riskier("minimal", "high", "limited") == "high"
    assert facts.riskier("minimal") == "minimal"


def test_time_that_passed_does_not_make_evidence_new_and_an_outcome_does() -> None:
    first = evidence(release())
    checks = [Check(name="soak", outcome="passed", detail=f"{hours} h") for hours in (25, 26)]
    one, other = (first.model_copy(update={"checks": (check,)}) for check in checks)
    assert facts.same(one, other)
    assert facts.same(one, other.model_copy(update={"author": "Bob"}))
    asks = Check(name="soak", outcome="asks", detail="25 h")
    assert not facts.same(one, first.model_copy(update={"checks": (asks,)}))
    assert not facts.same(one, one.model_copy(update={"render_digest": "sha256:" + "f" * 64}))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 s"), (119, "119 s"), (150, "2 min"), (7200, "2 h"), (93_600, "26 h"), (400_000, "5 d")],
)
def test_spans_as_people_say_them(seconds: float, words: str) -> None:
    assert facts.span(seconds) == words


def test_durations() -> None:
    assert [facts.seconds(text) for text in ("90s", "15m", "24h", "2d")] == [90, 900, 86_400, 172_800]
