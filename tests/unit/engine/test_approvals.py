"""Who counts, how many are needed, and what the guard says of a real environment and of its rehearsal."""

import pytest

from windlass.engine import approvals
from windlass.engine.approvals import Claim
from windlass.model.receipt import Approval
from windlass.model.release import Evidence
from windlass.model.specs.environment import Environment

ADA, BOB, SEAL = "Ada <ada@example.org>", "Bob <bob@example.org>", "sha256:" + "5" * 64


def claim(who: str, proof: str = "claimed", committer: str = "") -> Claim:
    return Claim(Approval.model_validate({"login": who, "proof": proof, "commit": "c"}), (committer or who, who))


def environment(rehearsed: bool, asks: int = 1, requires: tuple[str, ...] = ("gates",)) -> Environment:
    promotion = {"approvals": asks, "requires": requires}
    spec = {"target": {"kind": "local"}, "rehearsed": rehearsed, "promotion": promotion}
    value = {"apiVersion": "windlass.dev/v1alpha1", "kind": "Environment", "metadata": {"name": "prod"}, "spec": spec}
    return Environment.model_validate(value)


def evidence(needed: int) -> Evidence:
    zero = "sha256:" + "0" * 64
    facts = {"environment": "prod", "team": "a", "model_name": "b", "release": zero, "render_digest": zero, "tool": "0"}
    return Evidence(**facts, movement="promote", approvals_needed=needed)


def names(*claims: Claim, signed: bool = False) -> list[str]:
    return [one.login for one in approvals.counted(claims, [ADA], signed)]


@pytest.mark.parametrize(
    "who", [ADA, "ADA <Ada@Example.org>", "somebody <ada@example.org>", "ada@example.org", "Ada", "ada"]
)
def test_the_author_is_the_author_however_spelled(who: str) -> None:
    assert names(claim(who)) == []


def test_each_person_counts_once() -> None:
    assert names(claim(BOB), claim("Robert <BOB@example.org>"), claim("Bob"), claim("Eve <eve@example.org>")) == [
        BOB,
        "Eve <eve@example.org>",
    ]


def test_who_signs_a_commit_of_somebody_else_is_still_who_signs() -> None:
    assert names(claim("ada@example.org", "signature", committer=BOB)) == []
    assert names(claim("carol@example.org", "signature", committer=ADA)) == []


def test_where_signatures_are_asked_for_a_name_is_nothing() -> None:
    assert names(claim(BOB), claim("eve@example.org", "signature"), signed=True) == ["eve@example.org"]
    assert approvals.asks_for_signatures(environment(False, requires=("signature",)))
    assert not approvals.asks_for_signatures(environment(False))


def test_the_larger_of_what_was_and_what_is_asked_for() -> None:
    assert approvals.needed(evidence(2), environment(False, 1), "minimal") == 2
    assert approvals.needed(evidence(1), environment(False, 3), "minimal") == 3
    assert approvals.needed(evidence(1), environment(False, 1), "high") == 2


def test_a_real_environment_refuses_and_names_the_ways_on() -> None:
    verdict = approvals.verdict(environment(False), "a/b", 4, SEAL, 2, [claim(BOB).approval], ADA)
    assert (verdict.allowed, verdict.warning, verdict.code) == (False, False, "WL413")
    assert verdict.reason == f"generation 4 of a/b has 1 of 2 approvals: {BOB} (claimed)"
    for told in (ADA, f"Windlass-Approves: {SEAL}", "another person merges", "Reviewed-by: "):
        assert told in verdict.hint


def test_a_rehearsal_warns_and_says_what_the_environment_itself_would_do() -> None:
    verdict = approvals.verdict(environment(True), "a/b", 4, SEAL, 1, [], ADA)
    assert (verdict.allowed, verdict.warning) == (True, True)
    assert verdict.reason.endswith("has 0 of 1 approvals: nobody but its author")
    assert "prod itself would refuse until" in verdict.hint


@pytest.mark.parametrize("rehearsed", [False, True])
def test_enough_is_enough(rehearsed: bool) -> None:
    verdict = approvals.verdict(environment(rehearsed), "a/b", 4, SEAL, 1, [claim(BOB).approval], ADA)
    assert (verdict.allowed, verdict.warning, verdict.hint) == (True, False, "")
