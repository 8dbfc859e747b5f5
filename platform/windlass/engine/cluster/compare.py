"""What differs between an object as it is and as it would be, field by field, without what the server alone writes.

Values of secrets are never shown: where they differ, one can see that they do, and not what they are.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windlass.engine.cluster.applyset import PART_OF
from windlass.engine.cluster.owned import Path, setter
from windlass.engine.cluster.stamp import APPLIED, OWNER
from windlass.model.plan import FieldChange

SERVERS = (
    "managedFields",
    "resourceVersion",
    "generation",
    "uid",
    "creationTimestamp",
    "selfLink",
    "deletionTimestamp",
)
"""Metadata that the server writes."""
OWN: list[Path] = [
    ("metadata", "annotations", APPLIED),
    ("metadata", "annotations", OWNER),
    ("metadata", "labels", PART_OF),
]
"""What Windlass says for itself."""
BEFORE, AFTER = "(secret)", "(another secret)"
KEYS = ("name", "key", "containerPort", "port", "mountPath", "topologyKey", "type")
"""What may tell the items of a list from each other, the first that all of them have and that differs."""


def fields(live: Mapping[str, Any], wanted: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The leaves that differ, each with who set what is there now."""
    before, after = _plain(live), _plain(wanted)
    secret = live.get("kind") == "Secret" or wanted.get("kind") == "Secret"
    found = []
    for path, was, becomes in _differing(before, after, ()):
        if path in OWN:
            continue
        by = setter(live, path) if was is not None else ""
        if secret and path and path[0] in ("data", "stringData"):
            was, becomes = _masked(was, BEFORE), _masked(becomes, AFTER)
        found.append(FieldChange(path=spelled(path), before=was, after=becomes, by=by, drift=bool(by)))
    return tuple(found)


def spelled(path: Path) -> str:
    """A path as people and the API server write it: ``spec.containers[name="app"].image``."""
    text = ""
    for step in path:
        if isinstance(step, str):
            text += f".{step}"
        elif isinstance(step, int):
            text += f"[{step}]"
        else:
            text += "[" + ",".join(f'{key}="{value}"' for key, value in step.items()) + "]"
    return text.removeprefix(".")


def _masked(value: Any, word: str) -> Any:
    """A secret's values, under their names where there are several."""
    if value is None:
        return None
    return dict.fromkeys(value, word) if isinstance(value, Mapping) else word


def _plain(document: Mapping[str, Any]) -> dict[str, Any]:
    meta = {key: value for key, value in document["metadata"].items() if key not in SERVERS}
    return {key: value for key, value in document.items() if key != "status"} | {"metadata": meta}


def _differing(before: Any, after: Any, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            yield from _differing(before.get(key), after.get(key), (*path, key))
    elif isinstance(before, list) and isinstance(after, list) and (key := _key(before, after)):
        yield from _items(before, after, key, path)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (was, becomes) in enumerate(zip(before, after, strict=True)):
            yield from _differing(was, becomes, (*path, index))
    else:
        yield path, before, after


def _items(before: list[Any], after: list[Any], key: str, path: Path) -> Iterator[tuple[Path, Any, Any]]:
    old, new = ({one[key]: one for one in side} for side in (before, after))
    for value in (*old, *(one for one in new if one not in old)):
        yield from _differing(old.get(value), new.get(value), (*path, {key: value}))


def _key(before: Sequence[Any], after: Sequence[Any]) -> str:
    """The key by which the items of both lists can be told apart, or nothing."""
    for key in KEYS:
        if all(_tells(side, key) for side in (before, after)):
            return key
    return ""


def _tells(items: Sequence[Any], key: str) -> bool:
    values = [one.get(key) for one in items if isinstance(one, Mapping)]
    scalars = all(isinstance(value, str | int) for value in values)
    return len(values) == len(items) and scalars and len(set(values)) == len(values)
