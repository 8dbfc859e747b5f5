"""What stands between a client and the API server: it takes each request and passes it on, or does what it is told instead.

It has an address of its own and the server's certificate. It speaks HTTP/1.1, and neither `exec` nor `port-forward`.
"""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.cluster.server import HOST, Server

READING = ("GET", "HEAD", "OPTIONS")
ASKING = ("/apis/authorization.k8s.io/", "/apis/authentication.k8s.io/")
"""Where a POST is a question."""
OWN = frozenset({"connection", "transfer-encoding", "content-length", "keep-alive", "date", "server"})
"""Headers of one connection, which the next one has of its own."""
PIECE = 65536


class Cut(Exception):
    """The client is to see its connection end now."""


@dataclass
class Request:
    """One request as it came. ``reached`` says whether the server got it, ``status`` what the client was told, None where it
    was told nothing (yet)."""

    method: str
    target: str
    path: str = field(init=False)
    query: dict[str, list[str]] = field(init=False)
    status: int | None = None
    reached: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.target)
        self.path, self.query = parts.path, parse_qs(parts.query)

    @property
    def writes(self) -> bool:
        """Whether it would change something."""
        asks = self.method in READING or self.path.startswith(ASKING)
        return not asks and self.query.get("dryRun") != ["All"]


@dataclass(frozen=True)
class Exchange:
    """One request under way."""

    request: Request
    body: bytes
    passing: "Passing"
    handler: BaseHTTPRequestHandler

    def go(self) -> None:
        """As if nobody stood here."""
        self.tell(self.ask())

    def ask(self) -> HTTPResponse:
        """The server's answer, unread."""
        connection = self.passing.upstream()
        headers = {name: value for name, value in self.handler.headers.items() if name.lower() not in OWN | {"host"}}
        connection.request(self.request.method, self.request.target, self.body or None, headers)
        self.request.reached = True
        return connection.getresponse()

    def tell(self, answer: HTTPResponse) -> None:
        """Pass an answer on as it comes."""
        self._head(answer)
        while piece := answer.read1(PIECE):
            self._piece(piece)
        self._piece(b"")

    def tear(self, answer: HTTPResponse, lines: int) -> None:
        """Pass on so many lines of an answer, no more."""
        self._head(answer)
        for _ in range(lines):
            self._piece(answer.readline())
        raise Cut

    def say(self, status: int, message: str, retry_after: int | None) -> None:
        """An answer that is not the server's, in its form."""
        value = {"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": status, "message": message}
        data = json.dumps({**value, "reason": REASONS.get(status, ""), "metadata": {}}).encode()
        later = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._begin(status, [("Content-Type", "application/json")], {**later, "Content-Length": str(len(data))})
        self.handler.wfile.write(data)

    def wait(self) -> None:
        """Do nothing until this way is closed."""
        self.passing.closed.wait()

    def _head(self, answer: HTTPResponse) -> None:
        self._begin(answer.status, answer.getheaders(), {"Transfer-Encoding": "chunked"})

    def _piece(self, data: bytes) -> None:
        self.handler.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _begin(self, status: int, headers: list[tuple[str, str]], more: dict[str, str]) -> None:
        self.request.status = status
        self.handler.send_response_only(status)
        for name, value in (*((name, value) for name, value in headers if name.lower() not in OWN), *more.items()):
            self.handler.send_header(name, value)
        self.handler.end_headers()


REASONS = {409: "Conflict", 422: "Invalid", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"}
Fault = Callable[[Exchange], None]


class Passing:
    """The door and all connections behind it. ``taken`` hears of each request, and says what is done instead of passing it on."""

    def __init__(self, server: Server, taken: Callable[[Request], Fault | None]) -> None:
        self._server = server
        self.taken = taken
        self.closed = threading.Event()
        self._lock = threading.Lock()
        self._connections: list[socket.socket] = []
        self._listening = _Listening(self, server)
        self.port = int(self._listening.server_address[1])

    def upstream(self) -> HTTPSConnection:
        """A connection to the server. Raises `OSError` where there is none."""
        trusted = ssl.create_default_context(cafile=str(self._server.certificate))
        connection = HTTPSConnection(HOST, self._server.port, context=trusted)
        connection.connect()
        self.holds(connection.sock)
        return connection

    def holds(self, connection: socket.socket) -> None:
        """This connection ends with the way."""
        with self._lock:
            self._connections.append(connection)

    def open(self) -> None:
        """Take requests from now on."""
        threading.Thread(target=self._listening.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Whoever still waits for something gets nothing."""
        self.closed.set()
        self._listening.shutdown()
        self._listening.server_close()
        with self._lock:
            for connection in self._connections:
                end(connection)


def end(connection: socket.socket) -> None:
    """Both ends see that it is over, also a thread that reads from it."""
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


class _Listening(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, passing: Passing, server: Server) -> None:
        self.passing = passing
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(server.certificate, server.key)
        super().__init__((HOST, 0), _Handler)

    def get_request(self) -> tuple[ssl.SSLSocket, Any]:
        plain, address = super().get_request()
        # greeted by the connection's own thread: a slow client holds up nobody else
        connection = self._tls.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
        self.passing.holds(connection)
        return connection, address

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that ended is no news here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Listening

    def _take(self) -> None:
        passing = self.server.passing
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Request(self.command, self.path)
        fault = passing.taken(request) or Exchange.go
        try:
            fault(Exchange(request, body, passing, self))
        except (Cut, OSError, HTTPException):
            self.close_connection = True
            end(self.connection)

    do_GET = do_HEAD = do_OPTIONS = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nobody reads it."""
