"""What an environment's services cost, as it serves them at the commit that is checked out."""

from windlass.engine import cost as counting
from windlass.engine.backend import FILE, declared
from windlass.engine.cost import Cost
from windlass.engine.lower import cluster, managed
from windlass.engine.lower.service import service
from windlass.flows.releasing import releases
from windlass.model.project import Project
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import ModelSpec
from windlass.model.workload import Service
from windlass.ports import Ports


def cost(ports: Ports, project: Project, environment: Environment) -> Cost | None:
    """None where the environment names no prices. A rehearsal's services cost nothing here; what is said is what they cost where
    they are rehearsed for. Raises like `releases.current`."""
    if environment.spec.prices is None:
        return None
    declared_spec = project.environments[environment.metadata.name].spec
    held = releases.current(ports, project, environment, ports.git.head())
    ours = _ours(ports, declared_spec)
    every = (
        _sized(one.spec, one.release, declared_spec, ours) for one in held.values() if one.spec.serving is not None
    )
    return counting.monthly(every, declared_spec.spec)


def _ours(ports: Ports, environment: Environment) -> bool:
    return declared(ports.templates.files("serving", environment.spec.backends.serving)[FILE]).target == "kubernetes"


def _sized(spec: ModelSpec, release: Release, environment: Environment, ours: bool) -> Service:
    """The service with what it asks for where nobody said it, or with its machine."""
    plain = service(spec, release, environment, cluster.PORT)
    if not ours:
        return managed.placed(plain, release, environment)
    return plain.model_copy(update={"resources": cluster.asked(plain.resources)})
