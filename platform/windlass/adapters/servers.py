"""Services on this machine: BentoML in detached process groups, found again by a record that names one exact process.

The record is written by the process itself before it becomes the server (`runtime/launch.py`), so no kill of ours can leave
an orphan.
"""

import contextlib
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import TextIO

from windlass.adapters import declared, port_holder, service_process
from windlass.adapters.files import trouble
from windlass.adapters.service_process import HOST
from windlass.engine.lower.service import PROBES
from windlass.engine.manifests import process, process_identity
from windlass.model import digests, layout
from windlass.model.failure import World
from windlass.model.plan import Observed
from windlass.model.workload import Service
from windlass.runtime import launch

POLL = service_process.POLL
READY = PROBES.ready.path
TAIL = 15
LONGEST = 2000
"""Bytes that a log line is thought to have at most."""


class LocalServers:
    """`ports.Servers` for one repository. Records and logs lie in `.windlass/<env>/run/<team>/<model>.{json,log}`."""

    def __init__(self, root: Path, point: Callable[[str], None] = lambda name: None) -> None:
        self._root = root
        self._point = point

    def environments(self) -> tuple[str, ...]:
        """The environments in which something was ever started here, sorted."""
        return tuple(sorted(path.parent.name for path in (self._root / layout.STATE).glob("*/run")))

    def started(self, environment: str) -> tuple[str, ...]:
        """The models that were ever started in an environment here: a log stays when the service is stopped."""
        top = self._root / layout.state(environment, "run")
        found = (path.relative_to(top).with_suffix("") for end in ("json", "log") for path in top.glob(f"*/*.{end}"))
        return tuple(sorted({path.as_posix() for path in found}))

    def observe(self, environment: str) -> tuple[Observed, ...]:
        """Every recorded service. A dead one is observed too, with ``present`` false."""
        top = self._root / layout.state(environment, "run")
        found = []
        for path in sorted(top.glob("*/*.json")):
            record = service_process.read(path)
            if record is None:
                continue
            identity = process_identity(record["name"], path.relative_to(top).with_suffix("").as_posix())
            lives = service_process.lives(record)
            found.append(
                Observed(
                    identity=identity,
                    present=lives,
                    uid=f"{record['pid']}/{record['birth']}" if lives else None,
                    version=record["startedAt"],
                    fields={"runs": record["runs"], "carries": record["carries"]},
                )
            )
        return tuple(found)

    def answers(self, environment: str, slug: str) -> bool:
        """Whether it is ready, asked over its port; a second at most."""
        record = service_process.read(self._record(environment, slug))
        if record is None or not service_process.lives(record):
            return False
        with contextlib.suppress(OSError, HTTPException):
            return _request(int(record["runs"]["port"]), "GET", READY, None, 1.0)[0] == HTTPStatus.OK
        return False

    def lost(self, environment: str) -> tuple[str, ...]:
        """The models that run here though their record is gone or cannot be read."""
        known = {seen.identity.owner for seen in self.observe(environment) if seen.present}
        if not set(self.started(environment)) - known:
            return ()
        start = self._mark(environment, "")
        return tuple(
            mark.removeprefix(start) for mark in service_process.marks(start) if mark.removeprefix(start) not in known
        )

    def port_holder(self, port: int) -> str | None:
        """Who listens on a port, or None when it is free. What a killed service of ours left on it does not count: the next
        `start` there ends it.
        """
        found = port_holder.holder(HOST, port)
        return None if found is None or self._left(found.pid) else found.words

    def start(self, service: Service, bento: Path, python: Path, lock: int | None = None) -> None:
        """Start and record; returns before the service is ready. ``lock`` is a descriptor that the child keeps open until its
        record stands. Raises `World` (WL530) where the port is taken, before anything is loaded.
        """
        lived = service_process.read(self._record(service.environment, service.slug))
        if lived is None or not service_process.lives(lived):
            service_process.end_marked(self._mark(service.environment, service.slug))
        found = port_holder.holder(HOST, service.port)
        left = self._left(found.pid) if found else None
        if left:
            service_process.end_marked(left)
        elif found:
            hint = f"stop it, or serve elsewhere: `--port {self._free_port(service.port)}`"
            raise World.one("WL530", f"port {service.port} is in use by {found.words}", hint)
        record, log = self._record(service.environment, service.slug), self._log(service.environment, service.slug)
        home = self._root / layout.state(service.environment, "run", ".bentoml", service.name)
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            home.mkdir(parents=True, exist_ok=True)
            record.unlink(missing_ok=True)
            mark = self._mark(service.environment, service.slug)
            with log.open("ab") as output:
                launcher = subprocess.Popen(
                    service_process.command(service, bento, python, record, lock),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    env=service_process.environment(home, declared.values(service.env, service.slug), mark),
                    cwd=bento,
                    start_new_session=True,
                    pass_fds=() if lock is None else (lock,),
                )
        except OSError as error:
            raise trouble(log, error, "written") from error
        self._point("serve.launched")
        launcher.wait()  # milliseconds: until its record stands, or it could not become a server
        self._point("serve.recorded")

    def relabel(self, service: Service) -> None:
        """Let the record of a running service lead back to another release of the same bytes; nothing stops."""
        path = self._record(service.environment, service.slug)
        record = service_process.read(path)
        if record is not None:
            launch.write(path, {**record, **process(service).fields})

    def wait_ready(self, service: Service, timeout: float) -> float:
        """Seconds until it answered its readiness probe. Raises `World` (WL531) with its last log lines where it died or
        took longer than ``timeout`` seconds; it is stopped then, and leaves no record: half a service serves nobody.
        """
        began, path = time.monotonic(), self._record(service.environment, service.slug)
        while (waited := time.monotonic() - began) < timeout:
            record = service_process.read(path)
            if record is None or not service_process.lives(record):
                raise self._given_up(service, f"{service.slug} ended before it was ready")
            with contextlib.suppress(OSError, HTTPException):
                if _request(service.port, "GET", service.probes.startup.path, None, POLL * 20)[0] == 200:
                    return time.monotonic() - began
            time.sleep(POLL)
        raise self._given_up(service, f"{service.slug} did not answer on port {service.port} within {waited:.0f} s")

    def stop(self, environment: str, slug: str) -> bool:
        """End the whole group and drop the record; whether something ran."""
        path = self._record(environment, slug)
        record = service_process.read(path)
        lived = record is not None and service_process.lives(record)
        if record is not None and lived:
            service_process.end(record["pid"], record)
        lost = service_process.end_marked(self._mark(environment, slug))
        path.unlink(missing_ok=True)
        return lived or lost

    def tail(self, environment: str, slug: str, lines: int) -> str | None:
        """The last lines of its log; None where it was never started here."""
        try:
            with self._log(environment, slug).open("rb") as log:
                # a log may be long: far more than these lines, and never all of it
                log.seek(max(0, log.seek(0, os.SEEK_END) - lines * LONGEST))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-lines:])
        except FileNotFoundError:
            return None

    def follow(self, environment: str, slug: str) -> Iterator[str]:
        """What is written to its log from now on (from this call, not from the first item), until the service ends."""
        log = self._log(environment, slug).open(errors="replace")
        log.seek(0, os.SEEK_END)
        return self._follow(log, self._record(environment, slug))

    def _follow(self, log: TextIO, path: Path) -> Iterator[str]:
        with log:
            while True:
                record = service_process.read(path)
                lives = record is not None and service_process.lives(record)
                if text := log.read():
                    yield text
                elif not lives:
                    return
                time.sleep(POLL * 4)

    def ask(self, service: Service, path: str, body: bytes) -> tuple[int, bytes, float]:
        """One request: status, answer, seconds. Raises `World` (WL532) where nothing answers."""
        began = time.monotonic()
        try:
            status, answer = _request(service.port, "POST", path, body, 60.0)
        except (OSError, HTTPException) as error:
            hint = f"`windlass logs {service.slug}` shows what it said"
            raise World.one("WL532", f"{service.slug} did not answer on port {service.port}: {error}", hint) from error
        return status, answer, time.monotonic() - began

    def _mark(self, environment: str, slug: str) -> str:
        """What every process of one service of this repository carries in its environment."""
        return f"{digests.short(digests.of_bytes(str(self._root).encode()), 12)}/{environment}/{slug}"

    def _left(self, pid: int | None) -> str | None:
        """The mark of a process that a killed service of this repository left behind; None for any other process."""
        mark = service_process.mark_of(pid)
        _, _, rest = (mark or "").partition("/")
        environment, _, slug = rest.partition("/")
        if not mark or mark != self._mark(environment, slug):
            return None
        record = service_process.read(self._record(environment, slug))
        return None if record is not None and service_process.lives(record) else mark

    def _record(self, environment: str, slug: str) -> Path:
        return self._root / layout.state(environment, "run", f"{slug}.json")

    def _free_port(self, after: int) -> int:
        return next((port for port in range(after + 1, after + 100) if self.port_holder(port) is None), 0)

    def _given_up(self, service: Service, fact: str) -> World:
        """Stop what did not get ready; the failure that tells why, with its words from before it was stopped."""
        said = self.tail(service.environment, service.slug, TAIL) or ""
        self.stop(service.environment, service.slug)
        hint = f"its last log lines stand below; `windlass logs {service.slug}` has more"
        return World.one("WL531", fact, hint, output=said)

    def _log(self, environment: str, slug: str) -> Path:
        return self._record(environment, slug).with_suffix(".log")


def _request(port: int, method: str, path: str, body: bytes | None, timeout: float) -> tuple[int, bytes]:
    connection = HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
