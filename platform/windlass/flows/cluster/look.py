"""What a cluster has of an environment, and what would differ: few requests for what is as it was applied, and a dry run for the
rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from windlass.engine.cluster import applyset, owned, prune, stamp
from windlass.engine.cluster.applyset import Inventory, Key
from windlass.flows.cluster.again import again
from windlass.flows.cluster.dryrun import Asked, ask, observed
from windlass.flows.cluster.reach import CONFIGMAP, Reach, inventory
from windlass.flows.cluster.wanted import Sent, Wanted
from windlass.model.drift import Drift
from windlass.model.failure import Refused
from windlass.model.plan import Change, Observed
from windlass.model.specs.environment import Environment
from windlass.ports.cluster import Live


@dataclass(frozen=True, slots=True)
class Looked:
    """What there is. ``asked`` is how each object that differs would be sent, ``strangers`` what has our label and is not
    ours."""

    changes: tuple[Change, ...]
    asked: Mapping[Key, Asked]
    live: Mapping[Key, Live]
    held: Inventory
    parent: Observed
    strangers: tuple[Drift, ...]

    @property
    def listed(self) -> bool:
        """Whether the inventory lists exactly what is there."""
        there = {change.identity.key: change.observed.uid for change in self.changes if change.observed.present}
        return there == dict(self.held.members)


def look(reach: Reach, environment: Environment, wanted: Wanted, before: Looked | None = None) -> Looked:
    """Compare. ``before`` is what was found of the same a moment ago. Raises `Refused` (WL445) where the inventory is not ours,
    `World` where the cluster does not answer."""
    home, name = inventory(environment), environment.metadata.name
    parent = reach.cluster.read(CONFIGMAP, home.namespace, home.name)
    if parent and (why := applyset.foreign(parent)):
        hint = "`target.home` of the environment names another namespace; or delete it, where it is nobody's"
        raise Refused.one("WL445", f"the inventory {home} must not be used: {why}", hint)
    held = applyset.read(parent) if parent else Inventory()
    live, asked_for = _members(reach, environment, wanted, held), {one.identity.key for one in wanted.objects}
    unasked = {one.identity.key for one in wanted.objects if _stands(one, live.get(one.identity.key))}
    spaces = {one.identity.name for one in wanted.objects if one.identity.kind == "Namespace"}
    kinds = {one.identity.key for one in wanted.objects if one.identity.kind == "CustomResourceDefinition"}
    todo = [one for one in wanted.objects if one.identity.key not in unasked]
    known = again(reach, before.asked.values(), live) if before else {}
    asked = reach.cluster.each(
        lambda one: (
            known.get(one.identity.key) or ask(reach.cluster, one, live.get(one.identity.key), spaces, bool(kinds))
        ),
        todo,
    )
    changes = [one.change for one in asked]
    changes += [_same(one, live[one.identity.key]) for one in wanted.objects if one.identity.key in unasked]
    leaving = {key: seen for key, seen in live.items() if key not in asked_for}
    strangers = {key: why for key, seen in leaving.items() if (why := prune.foreign(seen, name, held))}
    changes += [_leaves(seen) for key, seen in leaving.items() if key not in strangers]
    return Looked(
        changes=tuple(sorted(changes, key=lambda change: (change.identity.owner, *change.identity.key))),
        asked={one.change.identity.key: one for one in asked},
        live=live,
        held=held,
        parent=observed(home, parent),
        strangers=tuple(
            Drift(stamp.identity(leaving[key]), "left alone", detail=why) for key, why in sorted(strangers.items())
        ),
    )


def _members(reach: Reach, environment: Environment, wanted: Wanted, held: Inventory) -> dict[Key, Live]:
    """The metadata of everything with the label of the set, of all kinds that may have some."""
    label = applyset.selector(inventory(environment))
    apis = {(one.identity.group, one.identity.kind): one.identity.api for one in wanted.objects}
    names = sorted({*apis, *held.kinds})
    kinds = [one for group, kind in names if (one := reach.kind(group, kind, apis.get((group, kind))))]
    spaces = {one.identity.namespace for one in wanted.objects if one.identity.namespace} | held.namespaces
    places = applyset.places({*(one.identity.key for one in wanted.objects), *held.members})
    found: Iterable[list[Live]] = reach.cluster.each(
        lambda kind: reach.cluster.listed(kind, label, spaces, places.get((kind.group, kind.name), ())), kinds
    )
    members = {stamp.identity(one).key: one for several in found for one in several}
    asked = {one.identity.key for one in wanted.objects}
    missed = [key for key in held.members if key not in members and key not in asked]
    hidden = reach.cluster.each(lambda key: _unlabelled(reach, key), missed)
    return members | {key: live for key, live in zip(missed, hidden, strict=True) if live is not None}


def _unlabelled(reach: Reach, key: Key) -> Live | None:
    """An object that the inventory lists and no list finds: it is gone, or somebody took its label off."""
    group, name, namespace, called = key
    kind = reach.kind(group, name)
    return reach.cluster.read(kind, namespace, called) if kind else None


def _stands(sent: Sent, seen: Live | None) -> bool:
    """Whether an object is as it would be sent: it was the last that we applied, and nobody has changed what is ours since."""
    if seen is None or stamp.said(seen, stamp.APPLIED) != sent.digest or seen["metadata"].get("deletionTimestamp"):
        return False
    fields = owned.ours(seen)
    return fields is not None and owned.covers(fields, sent.object)


def _same(sent: Sent, seen: Live) -> Change:
    return Change(
        identity=sent.identity,
        action="unchanged",
        desired={"digest": sent.digest},
        observed=observed(sent.identity, seen),
    )


def _leaves(seen: Live) -> Change:
    identity, fate = stamp.identity(seen), prune.fate(seen)
    there = observed(identity, seen)
    if fate == "keep":
        return Change(identity=identity, action="unchanged", reason="kept, though nothing asks for it", observed=there)
    if fate == "orphan":
        return Change(identity=identity, action="update", reason="left as nobody's", observed=there)
    return Change(identity=identity, action="delete", reason="nothing asks for it", observed=there)
