"""Which objects that nobody asks for any more may be deleted, and why not.

All must hold: the environment's inventory lists it with the same uid, it says of itself that it is this object of this environment,
Windlass applied it, and no controller owns it. So a label that was copied deletes nothing, nor does an object that somebody made
anew.
"""

from collections.abc import Mapping
from typing import Any, Literal

from windlass.engine.cluster import owned, stamp
from windlass.engine.cluster.applyset import PART_OF, Inventory

Fate = Literal["delete", "keep", "orphan"]
LASTING = ("PersistentVolumeClaim", "PersistentVolume")
"""Kinds that hold data: never deleted."""


def fate(live: Mapping[str, Any]) -> Fate:
    """What is to become of an object that leaves, as it says itself; one that holds data is kept."""
    said = stamp.said(live, stamp.ON_REMOVAL)
    if live["kind"] in LASTING:
        return "orphan" if said == "orphan" else "keep"
    if said == "keep":
        return "keep"
    return "orphan" if said == "orphan" else "delete"


def foreign(live: Mapping[str, Any], environment: str, held: Inventory) -> str:
    """Why an object is not ours to delete; empty where it is."""
    key, meta = stamp.identity(live).key, live["metadata"]
    if key not in held.members:
        return "the inventory does not list it: its label was copied"
    if held.replaced(key, meta["uid"]):
        return f"it is not the object that was applied: that one's uid was {held.members[key]}"
    if stamp.said(live, stamp.OWNER) != stamp.mark(environment, key):
        return "it does not say of itself that it is this object of this environment"
    if PART_OF not in (meta.get("labels") or {}):
        return "somebody took its label off"
    if owned.ours(live) is None:
        return "Windlass never applied it"
    for owner in meta.get("ownerReferences") or ():
        if owner.get("controller"):
            return f"{owner['kind']} {owner['name']} controls it"
    return ""
