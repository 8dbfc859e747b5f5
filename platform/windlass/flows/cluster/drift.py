"""What somebody did in a cluster to what an environment applied there, and who."""

from windlass.engine.cluster import owned, stamp
from windlass.engine.drifted import drifted
from windlass.flows.cluster import plan as planning
from windlass.flows.cluster.plan import Seen
from windlass.flows.cluster.reach import Reach
from windlass.flows.drift import applied
from windlass.model.drift import Drift
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports
from windlass.ports.cluster import Live


def drift(ports: Ports, reach: Reach, project: Project, environment: Environment) -> tuple[Drift, ...]:
    """Every object that is not as it was applied. What git asks for and nobody applied yet is none. Raises like `plan`."""
    seen = planning.seen(ports, reach, project, environment)
    looked, live = seen.looked, seen.looked.live
    there_now = [one.observed for one in looked.changes if one.observed.present]
    anew = {one.identity.key for one in there_now if looked.held.replaced(one.identity.key, one.uid)}
    pending = {
        one.identity.key
        for one in seen.wanted.objects
        if (there := live.get(one.identity.key)) and stamp.said(there, stamp.APPLIED) != one.digest and _marked(there)
    }
    found = drifted(looked.changes, looked.held.members.keys(), pending, anew)
    if seen.aliases.unsure is not None:
        ports.progress.note(f"  nothing is known of aliases: {seen.aliases.unsure}")
    return (*found, *_aliases(seen), *looked.strangers)


def _marked(live: Live) -> bool:
    """Whether what an object says of its last apply is still ours: who changes that hides nothing."""
    fields = owned.ours(live)
    return fields is not None and owned.covers(fields, {"metadata": {"annotations": {stamp.APPLIED: ""}}})


def _aliases(seen: Seen) -> tuple[Drift, ...]:
    """Those that the last apply left as git asks, and that are not so any more."""
    if seen.last is None or seen.last.outcome != "succeeded":
        return ()
    served = {slug: one.release for slug, one in seen.last.served.items()}
    known = {one.identity.key for one in seen.aliases.changes if applied(one, served, seen.plan.releases)}
    return drifted(seen.aliases.changes, known, {one.identity.key for one in seen.aliases.changes} - known)
