"""The training runs of an environment, wherever they are asked about: at the cluster's own API, or at an Argo Server."""

from collections.abc import Collection, Mapping
from typing import Protocol

from windlass.ports.cluster import Live


class Workflows(Protocol):
    """Runs are Workflows, as plain data: no field of them is lost on the way. Every method raises `World` where nobody answers
    or knows who asks, and `Refused` (WL449) where whoever asks may not do that."""

    def listed(self, label: str, namespaces: Collection[str]) -> list[Live]:
        """Those with a label (``key=value``) in some namespaces; none where the cluster has no such kind."""
        ...

    def submit(self, workflow: Live) -> bool:
        """Let one go; False where its name is taken, since a name says all that goes in. So nothing is done twice, however
        often it is asked for. Raises `Failure` for what it is refused for."""
        ...

    def output(self, namespace: str, name: str, lines: int, pod: str | None = None) -> Mapping[str, str]:
        """The last lines of each pod of a run, by the pods' names, or of one ``pod`` alone. Pods that are gone are missing, and
        those that wrote nothing may be."""
        ...
