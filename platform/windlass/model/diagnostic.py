"""A finding as data: what, where, why and what to do. A rule makes it, a view spells it, nothing here prints."""

from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters: an error stops the verb, a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A stretch of one line in a file: ``line`` and ``column`` count from 1, ``length`` in characters (0: unknown)."""

    path: str
    line: int = 1
    column: int = 1
    length: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Related:
    """A second place that explains a finding, with the words that join them."""

    message: str
    place: Place


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. ``hint`` is what to do, in words that stand under the marked text; ``code`` has a page."""

    code: str
    message: str
    place: Place | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR
    related: tuple[Related, ...] = field(default=())
    environments: tuple[str, ...] | None = None
    """The environments that it is about, where it is not about all of them and this machine."""
    hidden: int = 0
    """Lines from the place on that no view may show: they hold a secret."""
