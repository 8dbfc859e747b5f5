"""Findings as text for people and as JSON for machines.

Text: place, code, what; then the line with two before it, the stretch marked and the hint beside the marks. No meaning is carried
by colour, and nothing but plain ASCII is added to what the user wrote.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from windlass.model.diagnostic import Diagnostic, Place, Severity

BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
BEFORE = 2
WIDTH = 160
"""Longer lines are cut around the mark."""
HIDDEN = "(not shown: it looks like a secret)"


def as_text(diagnostics: Sequence[Diagnostic], sources: Mapping[str, str] | None = None, output: str = "") -> str:
    """Every finding with its code frame (where the file's text is given), then raw output of the user's code."""
    hidden = _hidden(diagnostics)
    blocks = [_block(finding, sources or {}, hidden) for finding in diagnostics]
    if output.strip():
        blocks.append("\n".join(f"    {line}".rstrip() for line in output.rstrip().splitlines()))
    return "\n".join(blocks) + "\n" if blocks else ""


def summary(diagnostics: Sequence[Diagnostic], documents: int, seconds: float) -> str:
    """The last line of `validate`."""
    checked = f"{count(documents, 'document')} checked in {seconds:.2f} s"
    if not diagnostics:
        return f"{checked}: no mistakes"
    errors = [finding for finding in diagnostics if finding.severity is Severity.ERROR]
    warnings = [finding for finding in diagnostics if finding.severity is Severity.WARNING]
    notes = [finding for finding in diagnostics if finding.severity is Severity.INFO]
    graded = ((errors, "error"), (warnings, "warning"), (notes, "note"))
    words = [count(len(found), word) for found, word in graded if found]
    files = len({finding.place.path for finding in diagnostics if finding.place})
    first = (errors or warnings or list(diagnostics))[0].code
    return f"{' and '.join(words)} in {count(files, 'file')}, {checked}.  `windlass explain {first}` tells more."


def as_json(diagnostics: Sequence[Diagnostic], exit_code: int, **more: Any) -> str:
    """One JSON document: `exitCode`, `diagnostics` in order, and what a verb adds."""
    found = [_plain(finding) for finding in diagnostics]
    return json.dumps({"exitCode": exit_code, **more, "diagnostics": found}, indent=2, ensure_ascii=False)


def count(number: int, word: str) -> str:
    """``1 file``, ``2 files``."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def _block(finding: Diagnostic, sources: Mapping[str, str], hidden: frozenset[tuple[str, int]]) -> str:
    place = finding.place
    grade = "" if finding.severity is Severity.ERROR else f"{finding.severity}: "
    head = f"{f'{place}  ' if place else ''}{finding.code}  {grade}{finding.message}"
    frame = _frame(place, finding.hint, sources[place.path], hidden) if place and place.path in sources else None
    lines = [head, *(frame if frame else [f"   {finding.hint}"] if finding.hint else [])]
    lines += [f"   {related.message} at {related.place}" for related in finding.related]
    return "\n".join(lines)


def _frame(place: Place, hint: str, text: str, hidden: frozenset[tuple[str, int]]) -> list[str]:
    lines = BREAK.split(text)
    if place.line > len(lines) or not lines[place.line - 1].strip():
        return []
    numbers = range(max(1, place.line - BEFORE), place.line + 1)
    margin = len(str(place.line))
    shown = {number: _shown(place.path, number, lines, hidden) for number in numbers}
    start, width = place.column - 1, _width(place, lines[place.line - 1])
    if (place.path, place.line) in hidden:
        start, width = _indent(lines[place.line - 1]), len(HIDDEN)
    line, start, width = _cut(shown[place.line], start, width)
    shown[place.line] = line
    framed = [f"   {number:>{margin}} | {shown[number]}".rstrip() for number in numbers]
    return [*framed, f"   {'':>{margin}} | {_blank(line[:start])}{'^' * width} {hint}".rstrip()]


def _shown(path: str, number: int, lines: Sequence[str], hidden: frozenset[tuple[str, int]]) -> str:
    line = lines[number - 1]
    if (path, number) in hidden:
        return " " * _indent(line) + HIDDEN
    return line[:WIDTH] if len(line) <= WIDTH else line


def _width(place: Place, line: str) -> int:
    return max(1, min(place.length, len(line) - place.column + 1))


def _cut(line: str, start: int, width: int) -> tuple[str, int, int]:
    """A line that fits the screen, with the mark inside it."""
    if len(line) <= WIDTH:
        return line, start, width
    first = max(0, start - WIDTH // 2)
    return line[first : first + WIDTH], start - first, min(width, WIDTH - (start - first))


def _blank(text: str) -> str:
    return "".join("\t" if sign == "\t" else " " for sign in text)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _hidden(diagnostics: Sequence[Diagnostic]) -> frozenset[tuple[str, int]]:
    return frozenset(
        (finding.place.path, finding.place.line + further)
        for finding in diagnostics
        if finding.place
        for further in range(min(finding.hidden, 1000))
    )


def _plain(finding: Diagnostic) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
        "place": _place(finding.place),
        "related": [{"message": related.message, "place": _place(related.place)} for related in finding.related],
    }


def _place(place: Place | None) -> dict[str, Any] | None:
    if place is None:
        return None
    return {"path": place.path, "line": place.line, "column": place.column, "length": place.length}
