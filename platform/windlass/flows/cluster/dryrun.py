"""One object, as the server would make it: created, changed field by field, made anew, or blocked and why."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from windlass.engine.cluster import compare, copies, owned, refusals, stamp
from windlass.engine.cluster.conflicts import Conflict, conflicts, settled, without
from windlass.flows.cluster.wanted import Sent
from windlass.model import digests
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import World
from windlass.model.plan import Change, FieldChange, Identity, Observed
from windlass.model.refusal import Refusal
from windlass.ports.cluster import Cluster, Kind, Live, Written

BINDINGS = ("RoleBinding", "ClusterRoleBinding")
"""What the server compares with a role before it lets anybody try it, but for those who may do everything."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to happen to an object, and how it is sent: without the fields that are left to others, and by force where all that
    others have of it is to be taken. Where ``untold`` the server could not be asked yet. ``why`` blocks it, ``warnings`` do not."""

    change: Change
    sent: Sent
    object: Mapping[str, Any]
    force: bool = False
    untold: bool = False
    why: tuple[Diagnostic, ...] = ()
    warnings: tuple[str, ...] = ()


def ask(cluster: Cluster, sent: Sent, seen: Live | None, spaces: Collection[str], defines: bool) -> Asked:
    """Ask the server. ``spaces`` are the namespaces that come with the same plan; ``defines`` says that kinds do. Raises `World`
    where it goes on failing."""
    identity = sent.identity
    served = cluster.served().get((identity.group, identity.kind), ())
    kind = next((one for one in served if one.api == identity.api), None)
    if kind is None:
        return _later(sent, "its kind comes first") if defines else _blocked(sent, seen, (_unserved(identity, served),))
    tried = _tried(cluster, kind, sent)
    if isinstance(tried, Asked):
        return tried
    answer, body, force = tried
    if isinstance(answer, Refusal):
        if answer.code == 404 and identity.kind in BINDINGS and answer.details.get("kind") != "namespaces":
            return _later(sent, "its role is new")
        if answer.code == 404 and identity.namespace in spaces:
            return _later(sent, "its namespace is new")
        return _refused(cluster, kind, sent, answer)
    if answer.created:
        absent = Observed(identity=identity, present=False)
        change = Change(
            identity=identity,
            action="create",
            reason=copies.told(None, sent.object),
            desired={"digest": sent.digest},
            observed=absent,
        )
        return Asked(change, sent, body, force, warnings=answer.warnings)
    return _differs(cluster, kind, sent, body, force, answer)


def observed(identity: Identity, seen: Live | None) -> Observed:
    """An object as it was seen. Its meaning is all that its metadata tells, but for what it says of its own status: an object
    without a generation tells nothing, and has none."""
    if seen is None:
        return Observed(identity=identity, present=False)
    meta = seen["metadata"]
    return Observed(
        identity=identity, present=True, uid=meta["uid"], version=meta["resourceVersion"], meaning=_meaning(meta)
    )


def _meaning(meta: Mapping[str, Any]) -> str | None:
    if "generation" not in meta:
        return None
    fields = [one for one in meta.get("managedFields") or () if one.get("subresource") != "status"]
    kept = ("generation", "labels", "annotations", "ownerReferences", "finalizers", "deletionTimestamp")
    return digests.of_value([{key: meta.get(key) for key in kept}, fields])


def _tried(cluster: Cluster, kind: Kind, sent: Sent) -> Asked | tuple[Written | Refusal, Mapping[str, Any], bool]:
    """A dry run; where somebody else has fields, another with what was decided of them."""
    body: Mapping[str, Any] = sent.object
    answer = cluster.apply(kind, body, stamp.MANAGER, dry=True)
    found = conflicts(answer) if isinstance(answer, Refusal) else ()
    if not found:
        return answer, body, False
    what = settled(found, sent.decided.take, sent.decided.leave)
    if what.open:
        live = cluster.read(kind, sent.identity.namespace, sent.identity.name)
        forced = cluster.apply(kind, body, stamp.MANAGER, dry=True, force=True)
        differ = compare.fields(live, forced.live) if live and isinstance(forced, Written) else ()
        return _blocked(sent, live, _open(sent, what.open), differ)
    for one in what.yielded:
        body = without(body, one.field)
    force = bool(what.taken)
    return cluster.apply(kind, body, stamp.MANAGER, dry=True, force=force), body, force


def _differs(cluster: Cluster, kind: Kind, sent: Sent, body: Mapping[str, Any], force: bool, answer: Written) -> Asked:
    """An object that is there: ours, or somebody's that may be adopted. Raises `World` (WL577) where it is on its way out."""
    identity = sent.identity
    live = cluster.read(kind, identity.namespace, identity.name)
    if live is None:
        return _later(sent, "it was deleted while it was looked at")
    if live["metadata"].get("deletionTimestamp"):
        raise refusals.going(identity, live)
    mine = stamp.said(live, stamp.OWNER) == stamp.said(sent.object, stamp.OWNER) and owned.ours(live) is not None
    if not mine and not sent.decided.adopt and not _given(sent, live):
        return _blocked(sent, live, (_foreign(identity, live),))
    fields = compare.fields(live, answer.live)
    change = Change(
        identity=identity,
        action="update" if fields or not mine else "unchanged",
        fields=fields,
        reason=copies.told(live, answer.live) if mine else "adopted: it was there before",
        desired={"digest": sent.digest},
        observed=observed(identity, live),
    )
    return Asked(change, sent, body, force, warnings=answer.warnings)


def _given(sent: Sent, live: Live) -> bool:
    """Whether it is a namespace that was made for this environment. Of no other kind this is believed: whoever may write in a
    namespace could make something there before us."""
    mark = stamp.said(sent.object, stamp.OWNER)
    return sent.identity.kind == "Namespace" and stamp.said(live, stamp.GIVEN) == mark


def _refused(cluster: Cluster, kind: Kind, sent: Sent, answer: Refusal) -> Asked:
    identity = sent.identity
    found = refusals.diagnostic(identity, answer)
    if isinstance(failure := refusals.failure(identity, answer), World):
        raise failure
    live = cluster.read(kind, identity.namespace, identity.name) if answer.code != 404 else None
    if answer.immutable and sent.decided.replace and live is not None:
        fields = compare.fields(live, sent.object)
        change = Change(
            identity=identity,
            action="replace",
            fields=tuple(one for one in fields if one.after is not None),
            reason="a field cannot change in place",
            desired={"digest": sent.digest},
            observed=observed(identity, live),
        )
        return Asked(change, sent, sent.object)
    return _blocked(sent, live, (found,))


def _later(sent: Sent, why: str) -> Asked:
    absent = Observed(identity=sent.identity, present=False)
    known = copies.told(None, sent.object)
    change = Change(
        identity=sent.identity,
        action="create",
        reason=f"{known}; {why}" if known else why,
        desired={"digest": sent.digest},
        observed=absent,
    )
    return Asked(change, sent, sent.object, untold=True)


def _blocked(sent: Sent, live: Live | None, why: tuple[Diagnostic, ...], fields: tuple[FieldChange, ...] = ()) -> Asked:
    change = Change(
        identity=sent.identity,
        action="blocked",
        fields=fields,
        reason="blocked",
        desired={"digest": sent.digest},
        observed=observed(sent.identity, live),
    )
    return Asked(change, sent, sent.object, why=why)


def _open(sent: Sent, found: tuple[Conflict, ...]) -> tuple[Diagnostic, ...]:
    hint = refusals.TAKE.format(identity=sent.identity)
    told = [f"{sent.identity}: `{one.manager}` has `{one.field}`" for one in found]
    return tuple(Diagnostic("WL441", message, None, hint) for message in told)


def _foreign(identity: Identity, live: Live) -> Diagnostic:
    managers = sorted({one.get("manager", "") for one in live["metadata"].get("managedFields") or ()} - {""})
    who = f": it was made by {', '.join(managers)}" if managers else ""
    hint = f"rename ours, delete theirs, or let an overlay's `objects` say `adopt: true` of {identity.kind} {identity.name}"
    return Diagnostic("WL440", f"{identity} is there already and is not ours{who}", None, hint)


def _unserved(identity: Identity, served: tuple[Kind, ...]) -> Diagnostic:
    others = f"; it serves {', '.join(one.api for one in served)}" if served else ""
    message = f"the cluster does not serve {identity.api} {identity.kind}, which {identity} is{others}"
    hint = f"whoever keeps the cluster installs what brings `{identity.group}`; or choose another backend"
    return Diagnostic("WL451", message, None, hint)
