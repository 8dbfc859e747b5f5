"""Plan, apply, drift and status, by where an environment's documents go: this machine or a cluster."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from windlass.cli import wiring
from windlass.model.plan import Plan
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports

if TYPE_CHECKING:
    from windlass.flows.applying.outcome import Applied
    from windlass.flows.cluster.runs import Run
    from windlass.model.drift import Drift
    from windlass.model.served import Standing


def plan(ports: Ports, project: Project, environment: Environment) -> Plan:
    """The plan of an environment. Raises `Usage` (WL610) where its target is files."""
    if environment.spec.target.kind == "kubernetes":
        from windlass.flows.cluster import plan as cluster

        return cluster.plan(wiring.stored(ports, project), wiring.reach(ports, environment), project, environment)
    from windlass.flows import plan as here

    return here.plan(ports, project, environment)


def drift(ports: Ports, project: Project, environment: Environment) -> "tuple[Drift, ...]":
    """What somebody did to what was applied."""
    if environment.spec.target.kind == "kubernetes":
        from windlass.flows.cluster import drift as cluster

        return cluster.drift(wiring.stored(ports, project), wiring.reach(ports, environment), project, environment)
    from windlass.flows import drift as here

    return here.drift(ports, project, environment)


def status(ports: Ports, project: Project, environments: Sequence[Environment]) -> "list[Standing]":
    """What is live against what is released."""
    from windlass.flows import status as here

    found: list[Standing] = []
    for environment in environments:
        if environment.spec.target.kind == "kubernetes":
            from windlass.flows.cluster import status as cluster

            found += cluster.status(ports, wiring.reach(ports, environment), project, environment)
        else:
            found += here.status(ports, project, [environment])
    return found


def logs(ports: Ports, environment: Environment, slug: str, lines: int) -> str:
    """The last lines of a model's pods."""
    from windlass.flows.cluster import logs as cluster

    return cluster.tail(wiring.reach(ports, environment), environment, slug, lines)


def trains_elsewhere(ports: Ports, environment: Environment) -> bool:
    """Whether trainings of an environment run in its cluster."""
    from windlass.flows.rendering import objects

    return environment.spec.target.kind == "kubernetes" and objects.trains(ports, environment)


def train(ports: Ports, project: Project, environment: Environment, slug: str) -> "Run":
    """Submit a training to a cluster."""
    from windlass.flows.cluster import train as cluster

    return cluster.train(wiring.stored(ports, project), wiring.reach(ports, environment), project, environment, slug)


def apply(ports: Ports, project: Project, environment: Environment, plan: Plan, lock: int) -> "Applied":
    """Do a plan of an environment."""
    if environment.spec.target.kind == "kubernetes":
        from windlass.flows.cluster import apply as cluster

        return cluster.apply(
            wiring.stored(ports, project), wiring.reach(ports, environment), project, environment, plan
        )
    from windlass.flows import apply as here

    return here.apply(ports, project, environment, plan, lock)
