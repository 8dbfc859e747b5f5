"""The YAML parser's complaints in our words, with the place and what to do."""

import re
from typing import Any

import yaml

from windlass.model.diagnostic import Diagnostic, Place, Related

BREAK = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")
"""What the C parser counts as the end of a line."""

WORDS = (
    (
        "mapping values are not allowed",
        "a second `: ` in one value",
        "quote text that holds `: `, or mend the indentation",
    ),
    ("could not find expected ':'", "a key without its `:`", "write `key: value`"),
    ("did not find expected ',' or ']'", "a list that is not closed", "close it with `]`, or put a comma"),
    ("did not find expected ',' or '}'", "a mapping that is not closed", "close it with `}`, or put a comma"),
    ("did not find expected key", "this line fits no block above it", "mend its indentation"),
    ("did not find expected '-' indicator", "this line is in no item of the list above it", "mend its indentation"),
    (
        "block sequence entries are not allowed",
        "a list item in the middle of a line",
        "start the list on a line of its own",
    ),
    ("found unexpected end of stream", "a quote that is never closed", "close it"),
    ("did not find expected node content", "a value is missing here", "write it, or close the bracket before"),
    (
        "found unknown escape character",
        "no such escape in double quotes",
        "write `\\\\` for a backslash, or single quotes",
    ),
    ("cannot start any token", "a text that starts with a character of YAML's own", "put the text in quotes"),
    ("control characters are not allowed", "a control character", "take it out"),
    ("incompatible YAML document", "a `%YAML` line that asks for another version", "take the line out"),
    ("special characters are not allowed", "a control character", "take it out"),
)


def explain(path: str, text: str, error: yaml.YAMLError) -> Diagnostic:
    """The finding for what the parser could not read."""
    lines = BREAK.split(text)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    place = _place(path, lines, mark) if mark else _position(path, text, getattr(error, "position", 0))
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "\t" in line[: len(line) - len(line.lstrip())]:
        tab = Place(path, place.line, line.index("\t") + 1, 1)
        return Diagnostic("WL008", "a tab in the indentation", tab, "indent with blanks")
    for start, message, hint in WORDS:
        if start in problem:
            return Diagnostic("WL001", f"no YAML: {message}", place, hint, related=_related(path, lines, error, place))
    return Diagnostic("WL001", f"no YAML: {problem}", place, "", related=_related(path, lines, error, place))


def _related(path: str, lines: list[str], error: yaml.YAMLError, place: Place) -> tuple[Related, ...]:
    mark = getattr(error, "context_mark", None)
    if mark is None or (mark.line + 1, mark.column + 1) == (place.line, place.column):
        return ()
    return (Related("it begins", _place(path, lines, mark)),)


def _place(path: str, lines: list[str], mark: Any) -> Place:
    line, column = mark.line + 1, mark.column + 1
    if line > len(lines) or (line == len(lines) and not lines[-1]):
        # The parser stumbles over the end of the file: the last written line is where a person looks.
        line = max((number for number, text in enumerate(lines, 1) if text.strip()), default=1)
        column = len(lines[line - 1]) + 1
    return Place(path, line, column, 1)


def _position(path: str, text: str, position: int) -> Place:
    before = BREAK.split(text[:position])
    return Place(path, len(before), len(before[-1]) + 1, 1)
