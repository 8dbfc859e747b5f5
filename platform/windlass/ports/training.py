"""What training needs: interpreters, a runner of stages, checks of data."""

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from windlass.model.specs.dataset import Schema
from windlass.model.workload import Pipeline, Step
from windlass.ports.progress import Progress


class Interpreters(Protocol):
    """Environments made of a requirements lock, cached by its digest, shared between repositories."""

    def python_minor(self) -> str:
        """``3.11``: the minor version that models run on."""
        ...

    def path(self, lock: bytes) -> Path:
        """Where the interpreter of a lock is or would be (``<env>/bin/python``)."""
        ...

    def ready(self, lock: bytes) -> bool:
        """Whether it was completely made."""
        ...

    def ensure(self, lock: bytes, progress: Progress, wheels: Path | None = None) -> Path:
        """Make it if need be (hash-checked); its ``python``. With a folder of wheels these are all that there is, and no
        network is asked."""
        ...

    def library(self, lock: bytes, wheels: Path | None, folder: Path) -> None:
        """Make a folder hold the lock's packages, from wheels alone (hash-checked); at once, and safe to repeat."""
        ...

    def compile(self, requirements: bytes, constraints: bytes | None = None) -> bytes:
        """Resolve requirements to a lock with hashes and no index address; `Findings` if they do not resolve."""
        ...


@dataclass(frozen=True, slots=True)
class StageResult:
    """What running one stage gave. ``lock`` is the text of `dvc.lock` after it."""

    outcome: str
    seconds: float
    lock: bytes


class StageRunner(AbstractContextManager["StageRunner"], Protocol):
    """Runs stages one by one through the pipelines backend, in one worker process that dies with its parent; and knows the
    backend's cache of results without starting anything."""

    def warm(self) -> None:
        """Begin the slow start of the worker in the background. Harmless when nothing follows."""
        ...

    def run(
        self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str], anew: bool = False
    ) -> StageResult:
        """Run one step of kind ``stage`` (through the backend) or ``test`` (as it is); `Findings` (WL501, WL502) with the
        code's own output where it fails. ``anew`` runs a stage although it ran before on just this: what it reads may be
        outside."""
        ...

    def md5(self, path: Path) -> str | None:
        """What the backend calls the content of a file or folder; None where there is nothing."""
        ...

    def holds(self, md5: str) -> bool:
        """Whether the whole content is in the cache."""
        ...

    def read(self, md5: str) -> bytes | None:
        """A file's bytes from the cache."""
        ...

    def restore(self, md5: str, path: Path) -> None:
        """Put content from the cache at a path, unless it is there already."""
        ...


class RemoteRunner(StageRunner, Protocol):
    """A runner whose cache is only its own: what is not in it comes from the environment's remote, and what stages make goes
    there, with the record of what ran."""

    def __enter__(self) -> Self: ...

    def push(self, md5s: Iterable[str]) -> None:
        """Let the remote have contents of the cache; what is there already does not travel. `World` (WL504) otherwise."""
        ...


@dataclass(frozen=True, slots=True)
class DataFinding:
    """A rule that data broke: ``rule`` is the index in the schema's columns (None: the whole table), ``lines`` the first
    lines of the file (rows where the format has no lines) and ``count`` how many rows in all."""

    message: str
    rule: int | None = None
    lines: tuple[int, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a dataset's file turned out to be."""

    rows: int
    columns: int
    sha256: str
    findings: tuple[DataFinding, ...]


class DataChecks(Protocol):
    """Judges a dataset's file by its schema."""

    def check(self, path: Path, data_format: str, schema: Schema) -> DataReport:
        """Read the file once: every broken rule, and the sha256 of its bytes."""
        ...
