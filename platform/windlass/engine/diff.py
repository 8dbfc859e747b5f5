"""What differs between the desired and the observed, object by object, field by field."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windlass.model.plan import Action, Change, FieldChange, Identity, Manifest, Observed

REPLACES = {"Process": "runs"}
"""The field of each kind that cannot change in place."""


def changes(desired: Sequence[Manifest], observed: Sequence[Observed]) -> tuple[Change, ...]:
    """One change per object on either side, sorted by owner, kind and name. What is live and not desired is deleted."""
    live = {_key(seen.identity): seen for seen in observed}
    wanted = {_key(manifest.identity): manifest for manifest in desired}
    found = [_change(manifest, live.get(key)) for key, manifest in wanted.items()]
    found += [_delete(seen) for key, seen in live.items() if key not in wanted and seen.present]
    return tuple(sorted(found, key=lambda change: _key(change.identity)))


def fields(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """The leaves that differ, with dotted paths."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from fields(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
    elif before != after:
        yield FieldChange(path=path, before=before, after=after)


def _change(manifest: Manifest, seen: Observed | None) -> Change:
    identity = manifest.identity
    absent = Observed(identity=identity, present=False)
    if seen is None or not seen.present:
        return Change(identity=identity, action="create", desired=manifest.fields, observed=seen or absent)
    differing = tuple(fields(seen.fields, manifest.fields))
    if seen.moved_by:
        differing = tuple(difference.model_copy(update={"drift": True}) for difference in differing)
    return Change(
        identity=identity,
        action=_action(identity.kind, differing),
        fields=differing,
        reason=f"drift: {seen.moved_by}" if seen.moved_by and differing else "",
        desired=manifest.fields,
        observed=seen,
    )


def _action(kind: str, differing: Sequence[FieldChange]) -> Action:
    if not differing:
        return "unchanged"
    fixed = REPLACES.get(kind)
    if fixed and any(difference.path.split(".")[0] == fixed for difference in differing):
        return "replace"
    return "update"


def _delete(seen: Observed) -> Change:
    return Change(identity=seen.identity, action="delete", reason="in no release", observed=seen)


def _key(identity: Identity) -> tuple[str, ...]:
    return (identity.owner, *identity.key)
