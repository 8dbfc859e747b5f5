"""Whose fields are whose, as the API server keeps it: `managedFields`, a set of paths for each manager.

When anybody changes or removes a value that we applied, the server takes the field from our set. So an object whose last applied
digest is the one we would send, and whose fields are all still ours, is as we would make it, without looking at its values
(structured-merge-diff, the form `FieldsV1`).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from windlass.engine.cluster.stamp import MANAGER

Step = str | int | Mapping[str, Any]
"""One step into a value: a key, an index, or the keys that tell an item of a list from the others."""
Path = tuple[Step, ...]
NAMED = {"apiVersion", "kind"}
"""What names an object is nobody's."""


def ours(live: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The fields that Windlass applied and that nobody has changed since; None where it never applied any."""
    for entry in live["metadata"].get("managedFields") or ():
        if entry.get("manager") == MANAGER and entry.get("operation") == "Apply" and not entry.get("subresource"):
            fields: Mapping[str, Any] = entry.get("fieldsV1") or {}
            return fields
    return None


def covers(fields: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether all that is sent is among the fields."""
    meta = {key: value for key, value in sent["metadata"].items() if key not in ("name", "namespace")}
    rest = {key: value for key, value in sent.items() if key not in NAMED}
    return bool(fields) and _covers(fields, {**rest, "metadata": meta})


def setter(live: Mapping[str, Any], path: Path) -> str:
    """Who has a field, besides us: ``kubectl-edit at 2026-03-03T14:00:00Z``; empty where nobody has it."""
    found = []
    for entry in live["metadata"].get("managedFields") or ():
        mine = entry.get("manager") == MANAGER and entry.get("operation") == "Apply"
        if not mine and _has(entry.get("fieldsV1") or {}, path):
            found.append((entry.get("time") or "", entry.get("manager") or "somebody"))
    if not found:
        return ""
    time, manager = max(found)
    return f"{manager} at {time}" if time else manager


def _covers(fields: Mapping[str, Any], value: Any) -> bool:
    """Nothing below a field means all of it: a value, or a map or list that is changed as a whole."""
    if not fields:
        return True
    if isinstance(value, Mapping):
        return all(
            f"f:{key}" in fields and _covers(fields[f"f:{key}"], below)
            for key, below in value.items()
            if below is not None
        )
    if isinstance(value, list):
        known = ((_item(fields, one), one) for one in value)
        return all(below is not None and _covers(below, one) for below, one in known)
    return False


def _item(fields: Mapping[str, Any], item: Any) -> Mapping[str, Any] | None:
    """What is known of an item of a list, found by its keys or by its value."""
    for name, below in fields.items():
        if name.startswith("k:") and isinstance(item, Mapping):
            keys = json.loads(name[2:])
            # a key that is not sent has its default, which only the server knows
            if all(item.get(key, value) == value for key, value in keys.items()):
                found: Mapping[str, Any] = below
                return found
        elif name.startswith("v:") and json.loads(name[2:]) == item:
            return {}
    return None


def _has(fields: Mapping[str, Any], path: Sequence[Step]) -> bool:
    if not path:
        return True
    step, rest = path[0], path[1:]
    if isinstance(step, str):
        below = fields.get(f"f:{step}")
        return below is not None and (not below or _has(below, rest))
    return any(_has(below, rest) for below in _items(fields, step))


def _items(fields: Mapping[str, Any], step: Step) -> Iterator[Mapping[str, Any]]:
    if isinstance(step, int):
        if f"i:{step}" in fields:
            yield fields[f"i:{step}"]
        return
    assert isinstance(step, Mapping)
    for name, below in fields.items():
        if name.startswith("k:") and step.items() <= json.loads(name[2:]).items():
            yield below
