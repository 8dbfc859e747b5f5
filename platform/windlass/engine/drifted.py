"""What of a plan's changes is drift: the work of somebody else on what was applied, and not what git asks for anew."""

from collections.abc import Collection, Iterable

from windlass.model.drift import Drift
from windlass.model.plan import Change


def drifted(
    changes: Iterable[Change],
    known: Collection[tuple[str, ...]],
    pending: Collection[tuple[str, ...]],
    anew: Collection[tuple[str, ...]] = (),
) -> tuple[Drift, ...]:
    """By the order of the changes. ``known`` are the keys of objects that were applied before, ``pending`` of those that git asks
    for otherwise than they were applied: of these only fields that somebody else has count. Those ``anew`` are not what was
    applied, but somebody's of the same name."""
    found = []
    for change in changes:
        key = change.identity.key
        if change.action == "unchanged" or change.action == "delete":
            continue
        if not change.observed.present:
            if key in known:
                found.append(Drift(change.identity, "deleted"))
            continue
        if key in anew:
            found.append(Drift(change.identity, "made anew by somebody", change.fields))
            continue
        fields = tuple(one for one in change.fields if one.drift or key not in pending)
        if fields:
            found.append(Drift(change.identity, "changed", fields))
    return tuple(found)
