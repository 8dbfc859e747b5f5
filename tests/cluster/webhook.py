"""An admission webhook that says yes, or no as a test says, or nothing."""

import contextlib
import json
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.cluster.client import Client
from tests.cluster.server import HOST

PATH = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
PATIENCE = 30.0


class Webhook:
    """Asked about objects of some resource in the namespaces of a prefix. ``denies`` is given the name, and whether it is a dry
    run; nobody asks it before `there`."""

    def __init__(self, admin: Client, prefix: str, resource: str) -> None:
        self._admin, self._prefix, self._resource = admin, prefix, resource
        self.denies: Callable[[str, bool], bool] = lambda name, dry: False
        self.asked = 0
        self._server = ThreadingHTTPServer((HOST, 0), _handler(self))
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        trusted.load_cert_chain(admin.certificate, admin.certificate.with_suffix(".key"))
        self._server.socket = trusted.wrap_socket(self._server.socket, server_side=True)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._admin.request("DELETE", f"{PATH}/{self._prefix}")
        self.stop()

    def there(self) -> None:
        """Let the server ask it, and wait until it does."""
        space = f"{self._prefix}-asked"
        self._admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
        rule = {"apiGroups": ["*"], "apiVersions": ["*"], "operations": ["*"], "resources": [self._resource]}
        webhook = {
            "name": "windlass.example.org",
            "clientConfig": {
                "url": f"https://{HOST}:{self._server.server_address[1]}/",
                "caBundle": b64encode(self._admin.certificate.read_bytes()).decode(),
            },
            "rules": [rule],
            "matchConditions": [{"name": "ours", "expression": f"request.namespace.startsWith('{self._prefix}-')"}],
            "failurePolicy": "Fail",
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "timeoutSeconds": 2,
        }
        status, answer = self._admin.request("POST", PATH, {"metadata": {"name": self._prefix}, "webhooks": [webhook]})
        assert status == 201, answer
        limit = time.monotonic() + PATIENCE
        path = f"/api/v1/namespaces/{space}/{self._resource}?dryRun=All"
        while not self.asked:
            assert time.monotonic() < limit, "nobody asks the webhook"
            said = self._admin.request("POST", path, {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 1}]}})
            time.sleep(0.1)
            assert said[0] != 500, said

    def stop(self) -> None:
        """It answers nobody any more."""
        with contextlib.suppress(OSError):
            self._server.shutdown()
            self._server.server_close()


def _handler(webhook: Webhook) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            review: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked = review["request"]
            webhook.asked += 1
            denied = webhook.denies(asked["name"], bool(asked.get("dryRun")))
            response = {"uid": asked["uid"], "allowed": not denied, "status": {"message": "made up by a test"}}
            data = json.dumps({**{key: review[key] for key in ("apiVersion", "kind")}, "response": response}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nobody reads it."""

    return Handler
