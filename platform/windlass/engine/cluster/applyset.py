"""An environment's inventory in a cluster, by the ApplySet standard, so that kubectl can read it.

The parent is a ConfigMap that says which kinds in which namespaces have members; members carry its id as a label. Since whoever may
write an object can copy a label onto it, the parent's data lists each member with its uid as well: a label alone deletes nothing.

Identifiers and keys are those of kubectl (kubernetes/kubectl, `pkg/cmd/apply/applyset.go`), not of the proposal before it
(KEP-3659).
"""

import base64
import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from windlass.model.plan import Identity

ID = "applyset.kubernetes.io/id"
PART_OF = "applyset.kubernetes.io/part-of"
TOOLING = "applyset.kubernetes.io/tooling"
KINDS = "applyset.kubernetes.io/contains-group-kinds"
NAMESPACES = "applyset.kubernetes.io/additional-namespaces"
MEMBERS = "members"
TOOL = "windlass"
SIZE = 900_000
"""Bytes of members that a ConfigMap holds (it may have 1 MiB in all)."""

Key = tuple[str, str, str, str]
"""Group, kind, namespace and name."""


@dataclass(frozen=True, slots=True)
class Inventory:
    """The members by their key, each with its uid, empty where it is not known yet; ``kinds`` as (group, kind) and
    ``namespaces`` are where there may be some."""

    members: Mapping[Key, str] = field(default_factory=dict)
    kinds: frozenset[tuple[str, str]] = frozenset()
    namespaces: frozenset[str] = frozenset()

    def replaced(self, key: Key, uid: str | None) -> bool:
        """Whether an object of a member's name is another than the one that was applied."""
        return self.members.get(key, "") not in ("", uid)


def identifier(name: str, namespace: str, kind: str = "ConfigMap", group: str = "") -> str:
    """The id of a set, made of its parent's name."""
    hashed = hashlib.sha256(f"{name}.{namespace}.{kind}.{group}".encode()).digest()
    return f"applyset-{base64.urlsafe_b64encode(hashed).decode().rstrip('=')}-v1"


def selector(parent: Identity) -> str:
    """What selects the members of a set by their label."""
    return f"{PART_OF}={identifier(parent.name, parent.namespace)}"


def inventory(members: Mapping[Key, str]) -> Inventory:
    """The inventory of exactly these members."""
    kinds = frozenset((group, kind) for group, kind, _, _ in members)
    return Inventory(dict(members), kinds, frozenset(namespace for _, _, namespace, _ in members if namespace))


def grown(before: Inventory, coming: Iterable[Identity], anew: Collection[Key]) -> Inventory:
    """With what is about to be written: what is there keeps its uid, but for what is made ``anew``."""
    known = {key: uid for key, uid in before.members.items() if key not in anew}
    every = inventory(dict.fromkeys((*(one.key for one in coming), *before.members), "") | known)
    return Inventory(every.members, every.kinds | before.kinds, every.namespaces | before.namespaces)


def places(keys: Iterable[Key]) -> dict[tuple[str, str], set[tuple[str, str]]]:
    """Namespaces and names of some objects, by their group and kind."""
    found: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for group, kind, namespace, name in keys:
        found.setdefault((group, kind), set()).add((namespace, name))
    return found


def parent(identity: Identity, held: Inventory, version: str) -> dict[str, Any]:
    """The parent as it is written; ``version`` is that of Windlass."""
    kinds = ",".join(sorted(f"{kind}.{group}" if group else kind for group, kind in held.kinds))
    lines = (f"{_line(key)} {uid}".rstrip() for key, uid in sorted(held.members.items()))
    return {
        "apiVersion": "v1",
        "kind": identity.kind,
        "metadata": {
            "name": identity.name,
            "namespace": identity.namespace,
            "labels": {ID: identifier(identity.name, identity.namespace)},
            "annotations": {
                TOOLING: f"{TOOL}/v{version}",
                KINDS: kinds,
                NAMESPACES: ",".join(sorted(held.namespaces - {identity.namespace})),
            },
        },
        "data": {MEMBERS: "".join(f"{line}\n" for line in lines)},
    }


def read(live: Mapping[str, Any]) -> Inventory:
    """What a parent says. Lines that are nobody's name are left out: they delete nothing."""
    said = live["metadata"].get("annotations") or {}
    kinds = frozenset(_kind(text) for text in said.get(KINDS, "").split(",") if text)
    namespaces = frozenset(text for text in said.get(NAMESPACES, "").split(",") if text)
    members = dict(_member(line) for line in (live.get("data") or {}).get(MEMBERS, "").splitlines() if "/" in line)
    return Inventory(members, kinds, namespaces | {live["metadata"]["namespace"]})


def foreign(live: Mapping[str, Any]) -> str:
    """Why a parent that is there must not be used, or nothing: it is another tool's, or its id would make other objects ours."""
    meta = live["metadata"]
    tooling = (meta.get("annotations") or {}).get(TOOLING, "")
    if tooling.partition("/")[0] != TOOL:
        return f"it is the inventory of another tool: `{tooling}`" if tooling else "it is there and is no inventory"
    said = (meta.get("labels") or {}).get(ID)
    if said != identifier(meta["name"], meta["namespace"], live["kind"]):
        return f"its id `{said}` is not its own"
    return ""


def too_large(held: Inventory) -> bool:
    """Whether the members are more than a parent can list."""
    return sum(len(_line(key)) + len(uid) + 2 for key, uid in held.members.items()) > SIZE


def borrowed(objects: Collection[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Objects that say by themselves of which set they are: a template must not."""
    return [one for one in objects if PART_OF in (one["metadata"].get("labels") or {})]


def _line(key: Key) -> str:
    group, kind, namespace, name = key
    return f"{kind}.{group}/{name}.{namespace}" if group else f"{kind}/{name}.{namespace}"


def _member(line: str) -> tuple[Key, str]:
    what, _, uid = line.partition(" ")
    kind, _, place = what.partition("/")
    # names may have dots, namespaces have none
    name, _, namespace = place.rpartition(".")
    return (*_kind(kind), namespace, name), uid


def _kind(text: str) -> tuple[str, str]:
    kind, _, group = text.partition(".")
    return group, kind
