"""Whether the world is still as a plan saw it, and whether the plan is young enough to be asked."""

from collections.abc import Sequence
from datetime import datetime

from windlass.engine.evidence import seconds, span
from windlass.model.diagnostic import Diagnostic
from windlass.model.plan import Observed, Plan


def aged(plan: Plan, limit: str | None, now: datetime) -> tuple[Diagnostic, ...]:
    """A finding (WL410) where the plan is older than its environment's ``planMaxAge`` allows."""
    if limit is None or not plan.created_at:
        return ()
    age = (now - datetime.fromisoformat(plan.created_at)).total_seconds()
    if age <= seconds(limit):
        return ()
    return (_finding(f"the plan is {span(age)} old; {plan.environment} takes none older than {limit}"),)


def moved(plan: Plan, base: str | None, observed: Sequence[Observed]) -> tuple[Diagnostic, ...]:
    """One finding (WL410) for each thing that is not as the plan saw it: the commit, an object's uid, version, absence."""
    found = (
        []
        if plan.base == base
        else [_finding(f"the commit is {_short(base)}, the plan was made at {_short(plan.base)}")]
    )
    live = {seen.identity.key: seen for seen in observed}
    planned = {change.identity.key for change in plan.changes}
    for change in plan.changes:
        found += _object(change.observed, live.get(change.identity.key))
    found += [
        _finding(f"{seen.identity} was absent, now exists")
        for key, seen in sorted(live.items())
        if seen.present and key not in planned
    ]
    return tuple(found)


def _object(before: Observed, now: Observed | None) -> list[Diagnostic]:
    present = now is not None and now.present
    if before.present and not present:
        return [_finding(f"{before.identity} existed, now it is gone")]
    if not before.present and present:
        return [_finding(f"{before.identity} was absent, now exists")]
    if now is not None and present and not _still(before, now):
        return [_finding(f"{before.identity} moved: {before.uid} {before.version} -> {now.uid} {now.version}")]
    return []


def _still(before: Observed, now: Observed) -> bool:
    if before.uid != now.uid:
        return False
    return before.version == now.version or (before.meaning is not None and before.meaning == now.meaning)


def _finding(message: str) -> Diagnostic:
    return Diagnostic("WL410", message)


def _short(commit: str | None) -> str:
    return commit[:10] if commit else "none"
