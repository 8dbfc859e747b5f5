"""Requests that are asked again: the server is busy, restarts, or a connection breaks, and the request does no harm twice."""

import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import urllib3

from windlass.adapters.kubernetes.connection import Connection
from windlass.engine.cluster.refusals import UNTYPED
from windlass.model.failure import World

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
METADATA = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
BUSY = (408, 429, 502, 503, 504)
"""Answers that may be others in a moment."""
BROKEN = 500
"""An answer that may be, too: a webhook that is started again. It is not waited for as long."""
DEADLINE, SHORT, TIMEOUT = 60.0, 8.0, 15.0
"""Seconds for a request with all its repetitions; where the server answers and something behind it is broken; for one of them."""
FIRST, LONGEST = 0.2, 8.0
"""Seconds between them at the most, doubled each time; each wait is drawn from nothing to that (full jitter)."""
WARNING = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')

Answer = tuple[int, dict[str, Any]]


class Requests:
    """Requests to one server, from several threads."""

    def __init__(self, connection: Connection, deadline: float = DEADLINE, timeout: float = TIMEOUT) -> None:
        """``deadline`` and ``timeout`` in seconds."""
        self.connection = connection
        self._deadline, self._timeout = deadline, timeout
        self._ended = threading.Event()

    def end(self) -> None:
        """Ask nothing again from now on: what is under way ends with its first answer."""
        self._ended.set()

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        kind: str = JSON,
        accept: str = JSON,
        once: bool = False,
        warned: Callable[[str], None] = lambda text: None,
        allowed: Callable[[], None] = lambda: None,
    ) -> Answer:
        """The status of the answer and its content. With ``once`` a broken connection is told (WL571), for what must not happen
        twice; ``warned`` gets what the server warns of. ``allowed`` is called before the request and before each repetition, and
        raises where it must not be sent any more. Raises `World`: WL570, WL571, WL572."""
        address = f"{path}?{urlencode(query)}" if query else path
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        headers = {"accept": accept, "user-agent": "windlass", **({"content-type": kind} if data is not None else {})}

        def send() -> tuple[int, Mapping[str, str], bytes]:
            allowed()
            return self.connection.send(method, address, data, headers, self._timeout)

        status, said, answer = self._until(send, once)
        for text in WARNING.findall(said.get("Warning", "")):
            warned(text.replace('\\"', '"'))
        return status, answer

    def text(self, path: str, query: Mapping[str, str]) -> str:
        """An answer that is no JSON; empty where there is none."""
        try:
            status, _, data = self.connection.send("GET", f"{path}?{urlencode(query)}", None, {}, self._timeout)
        except urllib3.exceptions.HTTPError:
            return ""
        return data.decode(errors="replace") if status == 200 else ""

    def watch(self, path: str, version: str, seconds: float) -> None:
        """Wait for the first event after a version. A watch that breaks or is refused is one that waited shortly."""
        query = {"watch": "true", "resourceVersion": version, "timeoutSeconds": str(max(1, round(seconds)))}
        try:
            self.connection.first_line(f"{path}?{urlencode(query)}", seconds)
        except urllib3.exceptions.HTTPError:
            time.sleep(min(1.0, seconds))

    def _until(
        self, send: Callable[[], tuple[int, Mapping[str, str], bytes]], once: bool
    ) -> tuple[int, Mapping[str, str], dict[str, Any]]:
        start, wait, known = time.monotonic(), FIRST, True
        while True:
            try:
                status, headers, data = send()
            except urllib3.exceptions.HTTPError as error:
                if once:
                    raise World.one(
                        "WL571", f"nobody knows whether a request was done: {_why(error)}", _LATER
                    ) from error
                pause = random.uniform(0, wait)  # noqa: S311 -- no secret: threads must not wait alike
                if self._ended.is_set() or time.monotonic() + pause > start + self._deadline:
                    raise World.one(
                        "WL570", f"{self.connection.address} cannot be reached: {_why(error)}", _LATER
                    ) from error
            else:
                if status == 401:
                    if not known:
                        raise World.one("WL572", f"{self.connection.address} does not know who asks", _LOGIN)
                    known = False
                    self.connection.log_in_again()
                    continue
                patience = 0.0 if UNTYPED.encode() in data else self._patience(status, once)
                pause = max(_after(headers), random.uniform(0, wait))  # noqa: S311 -- as above
                if self._ended.is_set() or time.monotonic() + pause > start + patience:
                    return status, headers, _content(data)
            self._ended.wait(pause)
            wait = min(2 * wait, LONGEST)

    def _patience(self, status: int, once: bool) -> float:
        """Seconds that an answer is asked again for."""
        if status == 429 or (status in BUSY and not once):
            return self._deadline
        return min(SHORT, self._deadline) if status == BROKEN and not once else 0.0


_LATER = "nothing is lost: when it is back, the next plan or apply looks again and goes on"
_LOGIN = "log in again (kubeconfig's user), then the next apply goes on where this one stopped"


def _content(data: bytes) -> dict[str, Any]:
    try:
        found = json.loads(data) if data else {}
    except ValueError:
        return {"message": data[:500].decode(errors="replace")}
    return found if isinstance(found, dict) else {"message": str(found)}


def _after(headers: Mapping[str, str]) -> float:
    said = headers.get("Retry-After", "")
    return min(float(said), LONGEST * 4) if said.isdigit() else 0.0


def _why(error: Exception) -> str:
    text = str(getattr(error, "reason", None) or error)
    return text.rpartition(": ")[2] if "object at 0x" in text else text
