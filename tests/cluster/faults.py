"""A way to the API server on which things go wrong as a test says, and which remembers every request."""

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import NoReturn, Self

from tests.cluster.client import Client
from tests.cluster.passing import Cut, Exchange, Fault, Passing, Request
from tests.cluster.server import HOST, Server


@dataclass
class Rule:
    """Which requests go wrong: the ``nth`` that fits from now on, or each. How is said by one of its methods."""

    method: re.Pattern[str]
    target: re.Pattern[str]
    nth: int | None
    fault: Fault = Exchange.go
    seen: int = 0

    def answer(self, status: int, message: str = "made up by a test", retry_after: int | None = None) -> None:
        """The server is not asked; the client gets this Status."""
        self.fault = lambda exchange: exchange.say(status, message, retry_after)

    def hang(self) -> None:
        """Nobody is asked and nobody answers, for as long as this way is open."""
        self.fault = _hang

    def cut(self) -> None:
        """The connection ends before the server is asked."""
        self.fault = _cut

    def lose(self) -> None:
        """The server does it, and the answer is lost with the connection."""
        self.fault = _lose

    def delay(self, seconds: float) -> None:
        """The server is asked later."""
        self.meanwhile(lambda: threading.Event().wait(seconds))

    def meanwhile(self, act: Callable[[], object]) -> None:
        """Something else happens before the server is asked: a kill, somebody else's write."""

        def happen(exchange: Exchange) -> None:
            act()
            exchange.go()

        self.fault = happen

    def tear(self, lines: int) -> None:
        """The connection ends within the answer, after some lines of it; a watch has one for each event."""
        self.fault = lambda exchange: exchange.tear(exchange.ask(), lines)

    def fires(self, request: Request) -> bool:
        """Whether this request is one of those; counts it if it fits."""
        if not self.method.fullmatch(request.method) or not self.target.search(request.target):
            return False
        self.seen += 1
        return self.nth in (None, self.seen)


class Faults:
    """The way itself. Every rule counts what fits it; the first that fires decides."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.requests: list[Request] = []
        self._rules: list[Rule] = []
        self._lock = threading.Lock()
        self._passing = Passing(server, self._taken)
        self.address = f"https://{HOST}:{self._passing.port}"
        self.kubeconfig = server.folder / f"kubeconfig-{self._passing.port}"
        server.write_kubeconfig(self.kubeconfig, self.address)

    def on(self, method: str, target: str = "", nth: int | None = None) -> Rule:
        """A rule for requests whose method fits wholly, and whose path with its query fits somewhere, as regular
        expressions."""
        rule = Rule(re.compile(method), re.compile(target), nth)
        with self._lock:
            self._rules.append(rule)
        return rule

    def clear(self) -> None:
        """No rules any more; what hangs, hangs."""
        with self._lock:
            self._rules.clear()

    @property
    def writes(self) -> list[Request]:
        """The requests that would change something, in the order they came."""
        return [one for one in self.requests if one.writes]

    def client(self, user: str) -> Client:
        """A user's door that leads over this way."""
        return Client(self._passing.port, self._server.client(user).token, self._server.certificate)

    def __enter__(self) -> Self:
        self._passing.open()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._passing.close()

    def _taken(self, request: Request) -> Fault | None:
        with self._lock:
            self.requests.append(request)
            firing = [rule for rule in self._rules if rule.fires(request)]
        return firing[0].fault if firing else None


def _hang(exchange: Exchange) -> NoReturn:
    exchange.wait()
    raise Cut


def _cut(exchange: Exchange) -> NoReturn:
    raise Cut


def _lose(exchange: Exchange) -> NoReturn:
    exchange.ask().read()
    raise Cut
