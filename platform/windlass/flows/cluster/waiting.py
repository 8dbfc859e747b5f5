"""Waiting until what was written works: progress in lines, and where it fails the reason from conditions, events and logs."""

from collections.abc import Mapping

from windlass.engine.cluster import applyset, restarts, stamp, why
from windlass.engine.cluster.health import Health, health
from windlass.engine.cluster.restarts import Counts
from windlass.engine.evidence import seconds
from windlass.flows.applying.receipts import Act, Done
from windlass.flows.cluster.plan import Seen
from windlass.flows.cluster.reach import Reach, inventory
from windlass.model.failure import Findings
from windlass.model.plan import Identity
from windlass.ports.cluster import Live

LOOK = 5.0
"""Seconds after which all that is not well yet is looked at again, whatever a watch says."""
FEW = 8
"""Objects of a kind that are read each by itself; more are listed."""
LINES = 20
"""Of a log."""
SETTLED = {"current", "failed"}
WELL = {"current", "unknown"}
"""Of what nobody can tell, nobody is told that it is ill."""


def wait(act: Act, reach: Reach, now: Seen, done: Done) -> tuple[set[str], set[str]]:
    """Wait for every object that was written, and for all that no receipt calls healthy; the owners of those that are well in the
    end, and of those that are ill. What is wrong with the others is told as failures of ``done``. What was not touched is not
    waited for, and only looked at: a receipt calls nothing healthy that nobody has seen."""
    written = {f"{one.kind} {one.name}" for one in done.objects if one.outcome == "done" and one.action != "delete"}
    begun = {one.owner for one in done.objects if one.outcome != "done"}
    sure = {slug for slug, one in now.held.items() if _told(act, slug, one.release.digest)}
    steady = act.last is not None and act.last.outcome == "succeeded"
    asked = [sent.identity for sent in now.wanted.objects]
    owners = {one.owner for one in asked} | set(now.held)
    todo = [
        one
        for one in asked
        if str(one) in written
        or (one.owner not in begun and (one.owner not in sure if one.owner in now.held else not steady))
    ]
    touched = set(todo)
    rest = [one for one in asked if one.owner in now.held and one.owner not in begun and one not in touched]
    ill = _unwell(act, reach, rest)
    if not todo:
        return owners - begun - ill, ill
    act.ports.progress.begin("wait", f"{len(todo)} objects")
    found = _until(act, reach, todo)
    wrong = {identity: told for identity, told in found.items() if told.state not in WELL}
    act.ports.progress.end("wait", "failed" if wrong else "healthy", "")
    for identity, told in wrong.items():
        done.failures.append(_failure(reach, identity, told))
    ill |= {identity.owner for identity in wrong}
    return owners - begun - ill, ill


def _unwell(act: Act, reach: Reach, untouched: list[Identity]) -> set[str]:
    """The owners of what is not well although nothing was done to it."""
    found = set()
    for identity, live in _seen(act, reach, untouched).items():
        told = _health(live)
        if told.state not in WELL:
            act.ports.progress.note(f"  {identity}, which this apply did not touch, is not well: {told.reason}")
            found.add(identity.owner)
    return found


def _told(act: Act, slug: str, release: str) -> bool:
    served = act.last.served.get(slug) if act.last else None
    return served is not None and served.healthy and served.release == release


def _until(act: Act, reach: Reach, todo: list[Identity]) -> dict[Identity, Health]:
    """The health of each in the end: when all have come to rest, or the environment's patience is over."""
    limit = seconds(act.environment.spec.target.wait)
    end, found, told = act.ports.clock.monotonic() + limit, dict[Identity, Health](), dict[Identity, str]()
    before, budget = dict[Identity, Counts](), act.environment.spec.target.restarts
    while True:
        waiting = [one for one in todo if one not in found or found[one].state not in SETTLED]
        seen = _seen(act, reach, waiting)
        for identity, live in seen.items():
            found[identity] = _health(live)
            if live is not None and found[identity].state == "progressing":
                pods = _pods(reach, live)
                crashed = restarts.spent(pods, before.setdefault(identity, restarts.counts(pods)), budget)
                found[identity] = Health("failed", crashed) if crashed else found[identity]
            if found[identity].state == "progressing" and told.get(identity) != found[identity].reason:
                told[identity] = found[identity].reason
                act.ports.progress.note(f"  {identity}: {found[identity].reason}")
        moving = [one for one in todo if found[one].state in ("progressing", "terminating")]
        left = end - act.ports.clock.monotonic()
        if not moving or left <= 0:
            return found
        _changed(reach, moving[0], seen, min(LOOK, left))


def _health(live: Live | None) -> Health:
    return health(live) if live is not None else Health("failed", "it is gone")


def _pods(reach: Reach, live: Live) -> list[Live]:
    labels = (((live.get("spec") or {}).get("selector") or {}).get("matchLabels")) or {}
    return reach.cluster.pods(live["metadata"]["namespace"], labels) if labels else []


def _seen(act: Act, reach: Reach, identities: list[Identity]) -> dict[Identity, Live | None]:
    """The objects as they are. Whoever took our label off one hides it from no look: what no list has is read."""
    kinds: dict[tuple[str, str], list[Identity]] = {}
    for one in identities:
        kinds.setdefault((one.api, one.kind), []).append(one)
    label = applyset.selector(inventory(act.environment))
    many = [several for several in kinds.values() if len(several) > FEW]
    lists = reach.cluster.each(lambda several: _listed(reach, label, several), many)
    found = {stamp.identity(one).key: one for several in lists for one in several}
    rest = [one for one in identities if one.key not in found]
    read = dict(zip(rest, reach.cluster.each(reach.read, rest), strict=True))
    return {one: read[one] if one in read else found[one.key] for one in identities}


def _listed(reach: Reach, label: str, identities: list[Identity]) -> list[Live]:
    """All of ours of a kind, or else these."""
    kind, places = reach.kind_of(identities[0]), [(one.namespace, one.name) for one in identities]
    return reach.cluster.whole(kind, label, {space for space, _ in places}, places) if kind else []


def _changed(reach: Reach, identity: Identity, seen: Mapping[Identity, Live | None], limit: float) -> None:
    kind, live = reach.kind_of(identity), seen.get(identity)
    if kind is not None and live is not None:
        reach.cluster.changed(kind, identity.namespace, live["metadata"]["resourceVersion"], limit)


def _failure(reach: Reach, identity: Identity, told: Health) -> Findings:
    """Why an object is not well, as far as the cluster tells."""
    live = reach.read(identity) or {}
    pods = _pods(reach, live)
    names = {identity.name, *(one["metadata"]["name"] for one in pods)}
    names |= {one["metadata"].get("ownerReferences", [{}])[0].get("name", "") for one in pods}
    events = reach.cluster.events(identity.namespace, names) if identity.namespace else []
    found = why.why(live, events, pods)
    crashed = () if told.state != "failed" or told.reason == health(live).reason else (told.reason,)
    reasons = (*crashed, *found) or (told.reason,)
    patience = "was not well within `target.wait`"
    state = "failed" if told.state == "failed" else patience
    output = "".join(_log(reach, one) for one in pods[:1])
    return Findings.one("WL576", f"{identity} {state}: {'; '.join(reasons)}", _HINT, output=output)


_HINT = "mend it and apply again, or roll back; copies that were healthy before go on serving where there are some"


def _log(reach: Reach, pod: Live) -> str:
    """The last lines of the container that is not well."""
    states = (pod.get("status") or {}).get("containerStatuses") or ()
    name = next((one["name"] for one in states if not one.get("ready")), None)
    if name is None:
        return ""
    meta = pod["metadata"]
    text = reach.cluster.log(meta["namespace"], meta["name"], name, LINES)
    return f"{meta['name']} {name}:\n{text}\n" if text else ""
