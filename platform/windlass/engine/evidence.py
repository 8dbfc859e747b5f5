"""The facts that a proposal carries: what was judged against whom, what was looked at, and how many people must agree."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from windlass.engine.release import Folder
from windlass.model import digests
from windlass.model.candidate import Candidate, DataPin
from windlass.model.diagnostic import Diagnostic
from windlass.model.release import Check, Evidence, Trained
from windlass.model.specs.environment import Environment

RISKS = ("minimal", "limited", "high")
HIGH_RISK_APPROVALS = 2
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def riskier(*classes: str) -> str:
    """The riskiest of some risk classes: a spec cannot lower the risk of what is released already."""
    return max(classes, key=RISKS.index)


def approvals_needed(environment: Environment, risk: str, comparable: bool) -> int:
    """How many people must agree: what the environment asks for, two at least where the risk is high, and one more where
    the champion was judged on other data."""
    base = environment.spec.promotion.approvals
    if risk == "high":
        base = max(base, HIGH_RISK_APPROVALS)
    return base if comparable else base + 1


def gate_check(told: str, same_data: bool) -> Check:
    """The gates, all passed, in one line. Data of its own asks for a person, because nothing was compared."""
    return Check(name="gates", outcome="passed" if same_data else "asks", detail=told or "the spec asks for none")


def data_check(data: Sequence[DataPin]) -> Check:
    """Which revisions were trained on, and under which conditions."""
    told = []
    for one in data:
        rows = f", {one.rows:,} rows" if one.rows is not None else ""
        told.append(f"{one.dataset} @ md5:{one.md5[:8]}{rows}{conditions(one)}")
    return Check(name="data", outcome="passed", detail=" · ".join(told) or "the spec names no dataset")


def conditions(data: DataPin) -> str:
    """Licence and personal data, as they stood when the model was trained."""
    words = [f"licence {data.licence}"] if data.licence else []
    if data.personal_data:
        words.append("no personal data" if data.personal_data == "none" else f"{data.personal_data} data of persons")
    return "".join(f", {word}" for word in words)


def approvals_check(needed: int, environment: Environment, risk: str, author: str, same_data: bool) -> Check:
    """Who must agree, and why so many."""
    why = [f"risk class {risk}"]
    if not same_data:
        why.append("the champion was judged on other data")
    name = environment.metadata.name
    words = (
        f"needs {needed} ({name} asks for {environment.spec.promotion.approvals}, {', '.join(why)}), not from {author}"
    )
    return Check(name="approvals", outcome="asks" if needed else "passed", detail=words if needed else "needs none")


def policy_checks(found: Sequence[Diagnostic]) -> tuple[Check, ...]:
    """What policies find against what served well before: a rollback is not refused for it, people are asked."""
    told = "; ".join(one.message for one in found)
    return (Check(name="policies", outcome="asks", detail=told),) if told else ()


def change_check(before: Folder | None, after_digest: str, generation: int) -> Check:
    """What moves in the environment."""
    if before is None:
        return Check(name="change", outcome="passed", detail=f"the first release here, generation {generation}")
    old = before.release
    digest = f"release {digests.brief(old.digest)} -> {digests.brief(after_digest)}"
    words = f"generation {old.spec.generation} -> {generation}, {digest}"
    return Check(name="change", outcome="passed", detail=words)


def trained(candidate: Candidate) -> Trained:
    """How the bytes came to be, so that git alone can tell."""
    return Trained(
        started_at=candidate.started_at,
        finished_at=candidate.finished_at,
        python=candidate.python,
        code=candidate.code,
        requirements=candidate.lock,
        params=candidate.params,
    )


def seconds(duration: str) -> float:
    """``24h`` in seconds. The environment's spec has checked the form."""
    return timedelta(**{UNITS[duration[-1]]: int(duration[:-1])}).total_seconds()


def span(length: float) -> str:
    """Seconds as people say them: ``26 h``, ``3 d``, ``40 min``, ``12 s``."""
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if length >= 2 * size:
            return f"{length / size:.0f} {unit}"
    return f"{length:.0f} s"


def same(one: Evidence, other: Evidence) -> bool:
    """Whether two pieces of evidence ask a reviewer the same. Times that passed and the author's name do not count."""
    return _essence(one) == _essence(other)


def _essence(evidence: Evidence) -> dict[str, Any]:
    value = evidence.model_copy(update={"author": "", "checks": (), "tool": "-"}).plain()
    return value | {"checks": [(check.name, check.outcome) for check in evidence.checks]}
