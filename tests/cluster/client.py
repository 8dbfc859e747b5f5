"""A client for tests that knows nothing: a method, a path and a body go in, a status and an object come out."""

import contextlib
import json
import socket
import ssl
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
JSON = "application/json"


@dataclass(frozen=True)
class Client:
    """One user's door to the server, without retries."""

    port: int
    token: str
    certificate: Path
    host: str = "127.0.0.1"

    def request(
        self, method: str, path: str, body: object = None, content_type: str = JSON, timeout: float = 30
    ) -> tuple[int, dict[str, Any]]:
        """One request on a connection of its own. Raises `OSError` and `http.client.HTTPException` as they come; what is no
        JSON comes back as ``{"message": text}``."""
        connection = self._connection(timeout)
        headers = {**self._headers, "Content-Type": content_type}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            answer = connection.getresponse()
            data = answer.read()
        finally:
            connection.close()
        try:
            value = json.loads(data)
        except ValueError:
            return answer.status, {"message": data.decode(errors="replace")}
        return answer.status, value if isinstance(value, dict) else {"message": data.decode()}

    def read(self, paths: Iterable[str]) -> list[dict[str, Any]]:
        """What is there, over one connection."""
        connection, found = self._connection(30), []
        with contextlib.closing(connection):
            for path in paths:
                connection.request("GET", path, headers=self._headers)
                answer = connection.getresponse()
                assert answer.status == 200, path
                found.append(json.load(answer))
        return found

    def events(self, path: str, begun: Callable[[socket.socket], None]) -> Iterator[dict[str, Any]]:
        """The events of a watch, as they come; ``begun`` gets the connection, which whoever has enough of them ends."""
        connection = self._connection(None)
        connection.connect()
        begun(connection.sock)
        try:
            connection.request("GET", path, headers=self._headers)
            yield from map(json.loads, connection.getresponse())
        finally:
            connection.close()

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": JSON}

    def _connection(self, timeout: float | None) -> HTTPSConnection:
        return HTTPSConnection(self.host, self.port, context=_trusted(self.certificate), timeout=timeout)


@cache
def _trusted(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate))
