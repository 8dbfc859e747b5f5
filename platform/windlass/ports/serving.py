"""What builds services and runs them on this machine."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from windlass.model.candidate import BentoPin
from windlass.model.plan import Observed
from windlass.model.workload import Service


class Packager(Protocol):
    """Builds what is served, in the model's interpreter."""

    def warm(self, python: Path) -> None:
        """Begin slow starts in the background. Harmless when nothing follows."""
        ...

    def build(self, python: Path, name: str, model: Path, contract: bytes, lock: bytes) -> tuple[BentoPin, Path]:
        """The bento of a model folder and a contract: the pin (tag by content, digest of its files) and its folder.
        `Findings` (WL523) where the two cannot serve together."""
        ...

    def close(self) -> None:
        """End what was started in the background."""
        ...


class Servers(Protocol):
    """Services that run as detached process groups on this machine, one per environment and model."""

    def environments(self) -> tuple[str, ...]:
        """The environments in which something was ever started here, sorted."""
        ...

    def started(self, environment: str) -> tuple[str, ...]:
        """The models (``team/model``) that were ever started in an environment here, running or not, sorted."""
        ...

    def observe(self, environment: str) -> tuple[Observed, ...]:
        """Every recorded service: present where its process lives; uid is ``pid/birth``, version the time it was started."""
        ...

    def answers(self, environment: str, slug: str) -> bool:
        """Whether a recorded service that lives is ready, asked over its port; a second at most."""
        ...

    def lost(self, environment: str) -> tuple[str, ...]:
        """The models (``team/model``) that run here though their record is gone or cannot be read, sorted."""
        ...

    def port_holder(self, port: int) -> str | None:
        """Who listens on a port (words for an error), or None when it is free. Answers in milliseconds."""
        ...

    def start(self, service: Service, bento: Path, python: Path, lock: int | None = None) -> None:
        """Start and record, with the variables that the service declares; returns before it is ready. `World` (WL530) where
        the port is taken. ``lock`` is a descriptor that the child keeps open until its record stands, so that nobody starts
        a second one before."""
        ...

    def relabel(self, service: Service) -> None:
        """Let the record of a running service lead back to another release of the same bytes; nothing stops."""
        ...

    def wait_ready(self, service: Service, timeout: float) -> float:
        """Seconds until it answered; `World` (WL531) with its last log lines if it died or did not answer. Then nothing of it
        runs any more and no record is left."""
        ...

    def stop(self, environment: str, slug: str) -> bool:
        """End the whole group and drop the record; whether something ran."""
        ...

    def tail(self, environment: str, slug: str, lines: int) -> str | None:
        """The last lines of its log; None where it was never started here."""
        ...

    def follow(self, environment: str, slug: str) -> Iterator[str]:
        """What is written to its log from now on, until the service ends."""
        ...

    def ask(self, service: Service, path: str, body: bytes) -> tuple[int, bytes, float]:
        """One request: status, answer, seconds. `World` (WL532) where nothing answers."""
        ...
