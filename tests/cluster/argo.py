"""An Argo Server in front of the test's API server: the program `argo` of the version that the repository's schemas are of.

It is found where etcd and kube-apiserver are, and nobody builds it here: what asks for it is skipped where it is not at hand.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tests.cluster.binaries import Missing, cache
from tests.cluster.client import Client
from tests.cluster.server import HOST, PATIENCE, POLL, Process, Server, _free

VERSION = "4.1.2"
HOME, SETTINGS = "argo", "workflow-controller-configmap"
"""Where it looks for settings, which may be empty and must be there."""


def find() -> Path:
    """The program. Raises `Missing` where there is none, or another version."""
    named = os.environ.get("KUBEBUILDER_ASSETS")
    program = (Path(named) if named else cache()) / "argo"
    if not os.access(program, os.X_OK):
        raise Missing(f"argo {VERSION} is not at hand: it belongs to {program.parent} as `argo`, from Argo's release")
    said = subprocess.run([program, "version", "--short"], capture_output=True, text=True, check=False).stdout
    if f"v{VERSION}" not in said:
        raise Missing(f"{program} is not argo {VERSION}: {said.strip()}")
    return program


class Argo:
    """The server's address. Who asks must say who one is, and may do what the API server allows."""

    def __init__(self, program: Path, server: Server, folder: Path) -> None:
        (self.port,) = _free(1)
        self.address = f"http://{HOST}:{self.port}"
        words = ["--namespace", HOME, "--secure=false", "--auth-mode=client", "--port", str(self.port)]
        command = ["env", f"KUBECONFIG={server.kubeconfig}", str(program), "server", *words]
        self.process = Process("argo", command, folder / "argo.log")

    def wait(self) -> None:
        """Until it answers. Raises `TimeoutError` with the end of its log."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            if self._answers():
                return
            if not self.process.running:
                break
            time.sleep(POLL)
        raise TimeoutError(self.process.log.read_text(errors="replace")[-2000:])

    def hears(self, user: Client, namespace: str, name: str, phase: str) -> None:
        """Until it lists a run as being in a phase: it answers from what it was told of so far."""
        limit = time.monotonic() + PATIENCE
        while time.monotonic() < limit:
            connection = HTTPConnection(HOST, self.port, timeout=2)
            with contextlib.closing(connection):
                headers = {"Authorization": f"Bearer {user.token}"}
                connection.request("GET", f"/api/v1/workflows/{namespace}", headers=headers)
                found = json.loads(connection.getresponse().read()).get("items") or ()
            told = {one["metadata"]["name"]: (one.get("status") or {}).get("phase") for one in found}
            if told.get(name) == phase:
                return
            time.sleep(POLL)
        raise TimeoutError(f"it never heard that {name} is {phase}")

    def _answers(self) -> bool:
        """Whether it says that it does not know who asks."""
        connection = HTTPConnection(HOST, self.port, timeout=2)
        with contextlib.closing(connection), contextlib.suppress(OSError, HTTPException):
            connection.request("GET", "/api/v1/version")
            return connection.getresponse().status == 401
        return False


@contextlib.contextmanager
def running(server: Server, folder: Path) -> Iterator[Argo]:
    """A server that answers, and is gone afterwards. Raises `Missing`."""
    made, admin = Argo(find(), server, folder), server.client("admin")
    admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": HOME}})
    admin.request("POST", f"/api/v1/namespaces/{HOME}/configmaps", {"metadata": {"name": SETTINGS}})
    try:
        made.process.start()
        made.wait()
        yield made
    finally:
        made.process.kill()
