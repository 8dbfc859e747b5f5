"""Whether the world is still as a plan saw it."""

from collections.abc import Sequence

from windlass.model.diagnostic import Diagnostic
from windlass.model.plan import Change, Observed, Plan


def moved(plan: Plan, base: str | None, observed: Sequence[Observed]) -> tuple[Diagnostic, ...]:
    """One finding (WL410) for each thing that is not as the plan saw it: the commit, an object's uid, version, absence."""
    found = (
        []
        if plan.base == base
        else [_finding(f"the commit is {_short(base)}, the plan was made at {_short(plan.base)}")]
    )
    live = {(seen.identity.kind, seen.identity.name): seen for seen in observed}
    planned = {(change.identity.kind, change.identity.name) for change in plan.changes}
    for change in plan.changes:
        found += _object(change, live.get((change.identity.kind, change.identity.name)))
    found += [
        _finding(f"{seen.identity} was absent, now exists")
        for key, seen in sorted(live.items())
        if seen.present and key not in planned
    ]
    return tuple(found)


def _object(change: Change, now: Observed | None) -> list[Diagnostic]:
    before = change.observed
    present = now is not None and now.present
    if before.present and not present:
        return [_finding(f"{change.identity} existed, now it is gone")]
    if not before.present and present:
        return [_finding(f"{change.identity} was absent, now exists")]
    if now is not None and present and (before.uid, before.version) != (now.uid, now.version):
        return [_finding(f"{change.identity} moved: {before.uid} {before.version} -> {now.uid} {now.version}")]
    return []


def _finding(message: str) -> Diagnostic:
    return Diagnostic("WL410", message)


def _short(commit: str | None) -> str:
    return commit[:10] if commit else "none"
