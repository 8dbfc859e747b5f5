"""What plan and apply of a cluster need besides the ports, and where Windlass keeps its own things there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from windlass.flows.rendering.fleet import Surroundings
from windlass.model.plan import Identity
from windlass.model.specs.environment import Environment, StoreRef
from windlass.ports import RemoteRunner, Wheels
from windlass.ports.cluster import Cluster, Kind, Live
from windlass.ports.workflows import Workflows

CONFIGMAP = Kind("", "v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACE = Kind("", "v1", "Namespace", "namespaces", namespaced=False)


@dataclass(frozen=True, slots=True)
class Reach:
    """A cluster and the training runs of it, what rendering needs, and what brings things into stores: runners by a store's
    address, and wheels."""

    cluster: Cluster
    workflows: Workflows
    around: Surroundings
    remote: Callable[[StoreRef], Callable[[Path, Path], RemoteRunner]]
    wheels: Wheels

    def kind(self, group: str, name: str, api: str | None = None) -> Kind | None:
        """How a kind is served, in the version that is asked for or else the one that the server prefers."""
        found = self.cluster.served().get((group, name), ())
        return next((one for one in found if api in (None, one.api)), None)

    def kind_of(self, identity: Identity) -> Kind | None:
        """How the kind of an object is served, in the object's version."""
        return self.kind(identity.group, identity.kind, identity.api)

    def read(self, identity: Identity) -> Live | None:
        """One object, or None where it, or its kind, is not there."""
        kind = self.kind_of(identity)
        return self.cluster.read(kind, identity.namespace, identity.name) if kind else None


def inventory(environment: Environment) -> Identity:
    """The ConfigMap with an environment's inventory; its lease has the same name."""
    name = f"windlass-{environment.metadata.name}"
    home = environment.spec.target.home or name
    return Identity(kind=CONFIGMAP.name, name=name, owner="", api=CONFIGMAP.api, namespace=home)
