"""What ``up`` and ``status`` found, as data for the views."""

from dataclasses import dataclass

from windlass.model.candidate import Candidate
from windlass.model.proposal import Waiting
from windlass.model.release import Release


@dataclass(frozen=True, slots=True)
class Asked:
    """One real request to the running service, and its answer."""

    about: str
    path: str
    status: int
    answer: str
    seconds: float
    file: str


@dataclass(frozen=True, slots=True)
class Up:
    """Everything that ``up`` has to tell. ``idle`` where nothing had to be done; ``inputs`` counts what was compared."""

    slug: str
    release: Release
    candidate: Candidate | None
    url: str | None
    pid: int | None
    since: str
    idle: bool
    inputs: int
    seconds: float
    asked: Asked | None = None


@dataclass(frozen=True, slots=True)
class FailedStep:
    """A step of a training run that failed: why, its exit code where one is known, its pod, and the last lines of its log. They
    are gone with the pod."""

    step: str
    reason: str
    exit: int | None
    pod: str
    log: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Training:
    """The newest training run of a model in a cluster, as its controller tells: empty where that has not seen it yet. ``failed``
    where it did, the first step to fail first; ``unread`` says why none is known."""

    run: str
    phase: str
    progress: str
    message: str
    failed: tuple[FailedStep, ...] = ()
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """One model in one environment: what git (or `.windlass/`) asks for, what is live, what the ledger last said. Where it
    answers, its process and since when are None unless it is live. ``proposals`` wait for their merge. ``training`` is its newest
    run in a cluster."""

    environment: str
    rehearsed: bool
    slug: str
    generation: int | None
    release: str | None
    version: str | None
    state: str
    url: str | None
    port: int | None
    pid: int | None
    since: str | None
    detail: str = ""
    proposals: tuple[Waiting, ...] = ()
    training: Training | None = None
