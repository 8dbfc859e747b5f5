"""The kinds of failure, each with its exit code, so that people and schedulers know who must act.

Pure code returns diagnostics; a flow or an adapter that cannot go on raises one of these, and only the CLI ends a process.
"""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Self

from windlass.model.diagnostic import Diagnostic, Place, Severity


class Exit(IntEnum):
    """Exit codes of the command line, public and stable."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    PENDING = 3
    REFUSED = 4
    WORLD = 5
    BUG = 70
    INTERRUPTED = 130
    TERMINATED = 143


class Failure(Exception):
    """A reason to stop, told as diagnostics. ``output`` is raw text to show below them (a team's own traceback);
    ``sources`` the texts of the files that they point into, by path, for code frames."""

    exit = Exit.BUG

    def __init__(
        self, diagnostics: Sequence[Diagnostic], output: str = "", sources: Mapping[str, str] | None = None
    ) -> None:
        self.diagnostics = tuple(diagnostics)
        self.output = output
        self.sources = sources
        super().__init__("; ".join(found.message for found in self.diagnostics))

    def __reduce__(self) -> tuple[type[Self], tuple[object, ...]]:
        """What is raised in one process may be told by another."""
        return type(self), (self.diagnostics, self.output, self.sources)

    @classmethod
    def one(cls, code: str, message: str, hint: str = "", place: Place | None = None, output: str = "") -> Self:
        """A failure with a single finding."""
        return cls([Diagnostic(code, message, place, hint, Severity.ERROR)], output)


class Findings(Failure):
    """The user's files or code are wrong (exit 1)."""

    exit = Exit.FINDINGS


class Usage(Failure):
    """The command cannot mean anything here (exit 2)."""

    exit = Exit.USAGE


class Refused(Failure):
    """A gate, a guard, a policy or a stale plan says no (exit 4)."""

    exit = Exit.REFUSED


class World(Failure):
    """Disk, network, port, process or another tool failed (exit 5)."""

    exit = Exit.WORLD
