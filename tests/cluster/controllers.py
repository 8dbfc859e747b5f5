"""What a cluster's controllers do, as far as tests need it: deployments get ready, or do not."""

import socket
import threading
from http.client import HTTPException
from types import TracebackType
from typing import Any, Self

from tests.cluster.client import MERGE, Client
from tests.cluster.passing import end


class Controllers:
    """Watches the deployments of some namespaces and says that they are ready. ``broken`` are names that never are, and those
    ``unseen`` nobody looks at."""

    def __init__(self, admin: Client, prefix: str) -> None:
        self._admin, self._prefix = admin, prefix
        self.broken: set[str] = set()
        self.unseen: set[str] = set()
        self._over = threading.Event()
        self._watch: socket.socket | None = None
        self._thread = threading.Thread(target=self._go, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        if self._watch is not None:
            end(self._watch)
        self._thread.join()

    def _go(self) -> None:
        while not self._over.wait(0.1):
            try:
                for event in self._admin.events("/apis/apps/v1/deployments?watch=true", self._begun):
                    if event["object"]["metadata"].get("namespace", "").startswith(self._prefix):
                        self._ready(event["object"])
            except (OSError, HTTPException, ValueError):
                continue  # the server is away, or all is over

    def _begun(self, watch: socket.socket) -> None:
        self._watch = watch
        if self._over.is_set():
            end(watch)

    def _ready(self, deployment: dict[str, Any]) -> None:
        meta = deployment["metadata"]
        if meta["name"] in self.unseen or deployment.get("status", {}).get("observedGeneration") == meta["generation"]:
            return
        path = f"/apis/apps/v1/namespaces/{meta['namespace']}/deployments/{meta['name']}/status"
        body = {"status": status(deployment, broken=meta["name"] in self.broken)}
        self._admin.request("PATCH", f"{path}?fieldManager=kube-controller-manager", body, MERGE)


def status(deployment: dict[str, Any], *, broken: bool) -> dict[str, Any]:
    """What the deployment controller would say in the end."""
    count = deployment["spec"].get("replicas", 1)
    reason = "ProgressDeadlineExceeded" if broken else "NewReplicaSetAvailable"
    ready = 0 if broken else count
    return {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": count,
        "updatedReplicas": count,
        "readyReplicas": ready,
        "availableReplicas": ready,
        "unavailableReplicas": count - ready,
        "conditions": [
            {"type": "Progressing", "status": "False" if broken else "True", "reason": reason, "message": reason},
            {"type": "Available", "status": "False" if broken else "True", "reason": "MinimumReplicas", "message": ""},
        ],
    }
