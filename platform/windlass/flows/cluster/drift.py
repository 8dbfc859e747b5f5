"""What somebody did in a cluster to what an environment applied there, and who."""

from windlass.engine.cluster import stamp
from windlass.engine.drifted import drifted
from windlass.flows.cluster import plan as planning
from windlass.flows.cluster.plan import Seen
from windlass.flows.cluster.reach import Reach
from windlass.flows.drift import applied
from windlass.model.drift import Drift
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def drift(ports: Ports, reach: Reach, project: Project, environment: Environment) -> tuple[Drift, ...]:
    """Every object that is not as it was applied. What git asks for and nobody applied yet is none. Raises like `plan`."""
    seen = planning.seen(ports, reach, project, environment)
    looked, live = seen.looked, seen.looked.live
    pending = {
        one.identity.key
        for one in seen.wanted.objects
        if one.identity.key in live and stamp.said(live[one.identity.key], stamp.APPLIED) != one.digest
    }
    found = drifted(looked.changes, looked.held.members.keys(), pending)
    if seen.aliases.unsure is not None:
        ports.progress.note(f"  nothing is known of aliases: {seen.aliases.unsure}")
    return (*found, *_aliases(seen), *looked.strangers)


def _aliases(seen: Seen) -> tuple[Drift, ...]:
    """Those that the last apply left as git asks, and that are not so any more."""
    if seen.last is None or seen.last.outcome != "succeeded":
        return ()
    served = {slug: one.release for slug, one in seen.last.served.items()}
    known = {one.identity.key for one in seen.aliases.changes if applied(one, served, seen.plan.releases)}
    return drifted(seen.aliases.changes, known, {one.identity.key for one in seen.aliases.changes} - known)
