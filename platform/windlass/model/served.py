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
class Standing:
    """One model in one environment: what git (or `.windlass/`) asks for, what is live, what the ledger last said. Where it
    answers, its process and since when are None unless it is live. ``proposals`` wait for their merge."""

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
