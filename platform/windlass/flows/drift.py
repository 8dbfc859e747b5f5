"""What somebody did on this machine to what an environment applied here: a moved alias, a process that is gone."""

from windlass.engine.drifted import drifted
from windlass.flows import plan as planning
from windlass.flows.applying import receipts
from windlass.model.drift import Drift
from windlass.model.plan import Change
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def drift(ports: Ports, project: Project, environment: Environment) -> tuple[Drift, ...]:
    """Every object that is not as it was applied. Raises like `plan`."""
    made = planning.plan(ports, project, environment)
    last = receipts.last(ports, environment)
    served = {slug: one.release for slug, one in last.served.items()} if last else {}
    known = {change.identity.key for change in made.changes if applied(change, served, made.releases)}
    pending = {change.identity.key for change in made.changes} - known
    return drifted(made.changes, known, pending)


def applied(change: Change, served: dict[str, str], releases: dict[str, str]) -> bool:
    """Whether the last receipt says that what is asked for was applied."""
    slug = change.identity.owner
    return change.identity.kind != "PipelineRun" and slug in served and served[slug] == releases.get(slug)
