"""Where an environment's documents go: this machine, or a cluster. The way there is made once, and only if it is needed."""

from functools import cached_property
from typing import TYPE_CHECKING

from windlass.cli import wiring
from windlass.model.plan import Plan
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports

if TYPE_CHECKING:
    from windlass.flows.applying.outcome import Applied
    from windlass.flows.cluster.plan import Seen
    from windlass.flows.cluster.reach import Reach
    from windlass.flows.cluster.runs import Run
    from windlass.model.drift import Drift
    from windlass.model.served import Standing


class Here:
    """On the machine that one sits at. Raises `Usage` (WL610) where the target is files."""

    def __init__(self, ports: Ports, project: Project, environment: Environment) -> None:
        self._asked = ports, project, environment

    def plan(self) -> Plan:
        """What would change."""
        from windlass.flows import plan

        return plan.plan(*self._asked)

    def apply(self, plan: Plan, lock: int) -> "Applied":
        """Do a plan, under the environment's ``lock``."""
        from windlass.flows import apply

        return apply.apply(*self._asked, plan, lock)

    def drift(self) -> "tuple[Drift, ...]":
        """What somebody did to what was applied."""
        from windlass.flows import drift

        return drift.drift(*self._asked)

    def status(self) -> "list[Standing]":
        """What is live against what is released."""
        from windlass.flows import status

        ports, project, environment = self._asked
        return status.status(ports, project, [environment])


class There:
    """In a cluster. Whatever is asked of it first raises `Usage` (WL573) where kubeconfig does not know it."""

    def __init__(self, ports: Ports, project: Project, environment: Environment) -> None:
        self._ports, self._project, self._environment = ports, project, environment
        self._seen: Seen | None = None

    @cached_property
    def _reach(self) -> "Reach":
        return wiring.reach(self._ports, self._environment)

    @cached_property
    def _asked(self) -> "tuple[Ports, Reach, Project, Environment]":
        """The ports with the stores and the registry that pods use, and the way to the cluster."""
        ports = wiring.tracked(wiring.stored(self._ports, self._project), self._environment)
        return ports, self._reach, self._project, self._environment

    @property
    def trains(self) -> bool:
        """Whether the environment's trainings run there."""
        from windlass.flows.rendering import objects

        return objects.trains(self._ports, self._environment)

    def plan(self) -> Plan:
        """What would change."""
        from windlass.flows.cluster import plan

        self._seen = plan.seen(*self._asked)
        return self._seen.plan

    def apply(self, plan: Plan, lock: int) -> "Applied":
        """Do a plan; the cluster has a lease of its own besides this machine's ``lock``."""
        from windlass.flows.cluster import apply

        return apply.apply(*self._asked, plan, self._seen)

    def drift(self) -> "tuple[Drift, ...]":
        """What somebody did to what was applied."""
        from windlass.flows.cluster import drift

        return drift.drift(*self._asked)

    def status(self) -> "list[Standing]":
        """What is live against what is released."""
        from windlass.flows.cluster import status

        return status.status(self._ports, self._reach, self._project, self._environment)

    def train(self, slug: str) -> "Run":
        """Submit a training."""
        from windlass.flows.cluster import train

        return train.train(*self._asked, slug)

    def logs(self, slug: str, lines: int) -> str:
        """The last lines of a model's pods."""
        from windlass.flows.cluster import logs

        return logs.tail(self._reach, self._environment, slug, lines)


def target(ports: Ports, project: Project, environment: Environment) -> Here | There:
    """Where an environment goes."""
    return (There if environment.spec.target.kind == "kubernetes" else Here)(ports, project, environment)
