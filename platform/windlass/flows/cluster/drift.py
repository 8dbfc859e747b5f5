"""What somebody did in a cluster to what an environment applied there, and who."""

from windlass.engine.cluster import stamp
from windlass.engine.drifted import drifted
from windlass.flows.cluster import plan as planning
from windlass.flows.cluster.reach import Reach
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
    return (*found, *looked.strangers)
