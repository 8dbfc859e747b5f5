"""What plan and apply of a cluster need besides the ports, and where Windlass keeps its own things there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from windlass.flows.rendering.fleet import Surroundings
from windlass.model.plan import Identity
from windlass.model.specs.environment import Environment
from windlass.ports import RemoteRunner, Wheels
from windlass.ports.cluster import Cluster, Kind

CONFIGMAP = Kind("", "v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """A cluster, what rendering needs, and what brings things into stores: runners by a store's address, and wheels."""

    cluster: Cluster
    around: Surroundings
    remote: Callable[[str], Callable[[Path, Path], RemoteRunner]]
    wheels: Wheels


def inventory(environment: Environment) -> Identity:
    """The ConfigMap with an environment's inventory; its lease has the same name."""
    name = f"windlass-{environment.metadata.name}"
    home = environment.spec.target.home or name
    return Identity(kind=CONFIGMAP.name, name=name, owner="", api=CONFIGMAP.api, namespace=home)
