"""What plan and apply of a cluster need besides the ports, and where Windlass keeps its own things there."""

from dataclasses import dataclass

from windlass.flows.rendering.fleet import Surroundings
from windlass.model.plan import Identity
from windlass.model.specs.environment import Environment
from windlass.ports.cluster import Cluster, Kind

CONFIGMAP = Kind("", "v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """A cluster, and what rendering needs."""

    cluster: Cluster
    around: Surroundings


def inventory(environment: Environment) -> Identity:
    """The ConfigMap with an environment's inventory; its lease has the same name."""
    name = f"windlass-{environment.metadata.name}"
    home = environment.spec.target.home or name
    return Identity(kind=CONFIGMAP.name, name=name, owner="", api=CONFIGMAP.api, namespace=home)
