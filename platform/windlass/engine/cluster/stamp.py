"""What an object says of whose it is, and of what was last applied: said by Windlass when it is sent, and read when it is seen."""

from collections.abc import Mapping
from typing import Any

from windlass.engine.cluster.applyset import PART_OF, Key
from windlass.model import digests
from windlass.model.plan import Identity

MANAGER = "windlass"
"""The name by which the API server knows whose fields are whose."""
OWNER = "windlass.dev/object"
"""The object that it was written as: one that was copied says another's name."""
GIVEN = "windlass.dev/given"
"""The object that whoever keeps the cluster made it to be: a namespace, which an environment may then take for its own."""
APPLIED = "windlass.dev/applied"
"""The digest of what was sent."""
ON_REMOVAL = "windlass.dev/on-removal"
"""What becomes of it when nothing asks for it any more: `delete`, `keep` as one of ours, `orphan` as nobody's."""


def identity(sent: Mapping[str, Any]) -> Identity:
    """Who a rendered or live object is. It belongs to the model, or else the team, that it says it comes from."""
    meta = sent["metadata"]
    return Identity(
        kind=sent["kind"],
        name=meta["name"],
        owner=_owner(meta),
        api=sent["apiVersion"],
        namespace=meta.get("namespace", ""),
    )


def stamped(rendered: Mapping[str, Any], environment: str, part_of: str) -> dict[str, Any]:
    """The object as it is sent: with the label of its set, its own name and its digest."""
    meta = dict(rendered["metadata"])
    meta["labels"] = {**(meta.get("labels") or {}), PART_OF: part_of}
    said = {**(meta.get("annotations") or {}), OWNER: mark(environment, identity(rendered).key)}
    meta["annotations"] = said
    whole = {**rendered, "metadata": meta}
    meta["annotations"] = {**said, APPLIED: digests.of_value(whole)}
    return whole


def mark(environment: str, key: Key) -> str:
    """What an object of an environment says of who it is."""
    group, kind, namespace, name = key
    return f"{environment}:{group}/{kind}:{namespace}/{name}"


def said(live: Mapping[str, Any], annotation: str) -> str:
    """An annotation of an object, empty where it has none."""
    return str((live["metadata"].get("annotations") or {}).get(annotation, ""))


def _owner(meta: Mapping[str, Any]) -> str:
    labels, source = meta.get("labels") or {}, (meta.get("annotations") or {}).get("windlass.dev/source", "")
    parts = source.split("/")
    if parts[0] == "specs" and len(parts) == 4 and parts[3] == "model.yaml":
        return f"{parts[1]}/{parts[2]}"
    if parts[0] == "environments" and len(parts) == 5:
        return f"{parts[3]}/{parts[4]}"
    return str(labels.get("windlass.dev/team", ""))
