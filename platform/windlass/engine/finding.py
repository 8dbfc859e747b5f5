"""How rules point: a finding at the value or the key of a path in a document."""

from windlass.model.diagnostic import Diagnostic, Related, Severity
from windlass.model.project import Source

Path = tuple[str | int, ...]
NAME: Path = ("metadata", "name")


def at(
    source: Source,
    path: Path,
    code: str,
    message: str,
    hint: str = "",
    related: tuple[Related, ...] = (),
    severity: Severity = Severity.ERROR,
) -> Diagnostic:
    """A finding at the value of a path, or at its nearest parent that exists."""
    return Diagnostic(code, message, source.place(*path), hint, severity, related)


def at_key(source: Source, path: Path, code: str, message: str, hint: str = "") -> Diagnostic:
    """A finding at the key of a path; at its value where a list item has none."""
    return Diagnostic(code, message, source.keys.get(path) or source.place(*path), hint)
