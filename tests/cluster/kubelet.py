"""A node for logs alone: the API server asks it, and it answers with what a test says a container wrote."""

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.cluster.client import MERGE, Client
from tests.cluster.server import HOST, Server

NODES = "/api/v1/nodes"


class Kubelet:
    """The node ``name``, and the pods on it. It has the server's certificate, and is asked by the server alone."""

    def __init__(self, server: Server, admin: Client, name: str) -> None:
        self.name, self._server, self._admin = name, server, admin
        self._written: dict[tuple[str, str], str] = {}

    def pod(self, namespace: str, name: str, written: str, labels: dict[str, str] | None = None) -> None:
        """A pod of a step on it, which wrote something and ended."""
        account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        self._admin.request("POST", account, {"metadata": {"name": "default"}})
        meta = {"name": name, "labels": labels or {}}
        containers = [{"name": one, "image": "local/step:1"} for one in ("main", "wait")]
        pod = {"metadata": meta, "spec": {"nodeName": self.name, "containers": containers}}
        self._must("POST", f"/api/v1/namespaces/{namespace}/pods", pod)
        self._must(
            "PATCH", f"/api/v1/namespaces/{namespace}/pods/{name}/status", {"status": {"phase": "Failed"}}, MERGE
        )
        self._written[namespace, name] = written

    def __enter__(self) -> Self:
        answering = type("Answering", (_Answering,), {"written": self._written})
        self._web = ThreadingHTTPServer((HOST, 0), answering)
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trusted.load_cert_chain(self._server.certificate, self._server.key)
        self._web.socket = trusted.wrap_socket(self._web.socket, server_side=True)
        self._thread = threading.Thread(target=self._web.serve_forever, daemon=True)
        self._thread.start()
        self._must("POST", NODES, {"metadata": {"name": self.name}})
        address = [{"type": "InternalIP", "address": HOST}]
        ports = {"kubeletEndpoint": {"Port": self._web.server_address[1]}}
        status = {"status": {"addresses": address, "daemonEndpoints": ports}}
        self._must("PATCH", f"{NODES}/{self.name}/status", status, MERGE)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._admin.request("DELETE", f"{NODES}/{self.name}")
        self._web.shutdown()
        self._web.server_close()
        self._thread.join()

    def _must(self, method: str, path: str, *more: Any) -> None:
        status, answer = self._admin.request(method, path, *more)
        assert status in (200, 201), answer


class _Answering(BaseHTTPRequestHandler):
    written: dict[tuple[str, str], str]

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        _, what, namespace, pod, container = parts.path.split("/")
        query = parse_qs(parts.query)
        found = self.written.get((namespace, pod))
        if what != "containerLogs" or container != "main" or found is None or query.get("previous") == ["true"]:
            self.send_error(404)
            return
        lines = found.splitlines()[-int(query.get("tailLines", ["1000"])[0]) :]
        stamp = "2026-11-21T10:00:00.5Z " if query.get("timestamps") == ["true"] else ""
        self.send_response(200)
        self.end_headers()
        self.wfile.write("".join(f"{stamp}{line}\n" for line in lines).encode())

    def log_message(self, *words: object) -> None:
        """Says nothing."""
