"""The port `Workflows` over the cluster's own API."""

from collections.abc import Collection, Mapping

from windlass.engine.cluster import refusals, stamp
from windlass.model.failure import World
from windlass.model.refusal import Refusal
from windlass.ports.cluster import ABSENT, Cluster, Kind, Live

GROUP, NAME = "argoproj.io", "Workflow"
RUN = "workflows.argoproj.io/workflow"
"""The label by which Argo's controller says of a pod whose it is."""
MAIN = "main"
"""The container that does the work of a step."""


class ClusterWorkflows:
    """Workflows as objects, and logs of their pods."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def listed(self, label: str, namespaces: Collection[str]) -> list[Live]:
        """All namespaces at once, where that is allowed."""
        kind = self._kind()
        found = self._cluster.whole(kind, label, namespaces) if kind else []
        return [one for one in found if one["metadata"]["namespace"] in namespaces]

    def submit(self, workflow: Live) -> bool:
        """An apply that only makes what is not there: it may be asked again, where an answer was lost."""
        identity, kind = stamp.identity(workflow), self._kind()
        if kind is None:
            raise World.one("WL451", f"the cluster does not serve {identity.api} {NAME}", "install Argo Workflows")
        anew = {**workflow, "metadata": {**workflow["metadata"], "resourceVersion": ABSENT}}
        answer = self._cluster.apply(kind, anew, stamp.MANAGER)
        if not isinstance(answer, Refusal):
            return True
        if answer.code == 409 and self._cluster.read(kind, identity.namespace, identity.name) is not None:
            return False
        raise refusals.failure(identity, answer)

    def output(self, namespace: str, name: str, lines: int, pod: str | None = None) -> Mapping[str, str]:
        """Of the pods that the controller labelled."""
        named = [pod] if pod else [one["metadata"]["name"] for one in self._cluster.pods(namespace, {RUN: name})]
        logs = self._cluster.each(lambda one: self._cluster.log(namespace, one, MAIN, lines), named)
        return {one: log for one, log in zip(named, logs, strict=True) if log}

    def _kind(self) -> Kind | None:
        return next(iter(self._cluster.served().get((GROUP, NAME), ())), None)
