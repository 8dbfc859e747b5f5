"""A place inside of a value: where in the file a character of a text stands, however YAML wrote that text."""

import re
from dataclasses import replace

from windlass.model.diagnostic import Place

ESCAPED = {"'": {"'": "''"}, '"': {'"': '\\"', "\\": "\\\\"}}
BLOCK = re.compile(r"[|>][^\n]*\n")


def inside_text(file: str, place: Place, value: str, line: int, column: int, length: int = 1) -> Place:
    """The place of a line and column (from 1) of a value that starts at ``place`` of a file. Plain, quoted, literal and folded
    texts are followed character by character; where one cannot be (an escape in quotes) it is the place of the whole."""
    wanted = sum(len(one) + 1 for one in value.split("\n")[: line - 1]) + column - 1
    at = _start(file, place)
    block = BLOCK.match(file, at)
    quote = file[at : at + 1] if file[at : at + 1] in ("'", '"') else ""
    at = block.end() if block else at + len(quote)
    for sign in value[:wanted]:
        following = _after(file, at, sign, quote)
        if following is None:
            return place
        at = following
    at = _skipped(file, at) if wanted < len(value) and not value[wanted].isspace() else at
    before = file.rfind("\n", 0, at) + 1
    return replace(place, line=file.count("\n", 0, at) + 1, column=at - before + 1, length=length)


def _after(file: str, at: int, sign: str, quote: str) -> int | None:
    """Where the file goes on behind a character of the value; None where it stands there in disguise. Blanks are passed over:
    YAML folds and indents them, and the next character is found behind them in any case."""
    if sign.isspace():
        return at
    at = _skipped(file, at)
    written = ESCAPED.get(quote, {}).get(sign, sign)
    return at + len(written) if file.startswith(written, at) else None


def _skipped(file: str, at: int) -> int:
    """Behind blanks, line ends and indentation."""
    while file[at : at + 1].isspace():
        at += 1
    return at


def _start(file: str, place: Place) -> int:
    at = 0
    for _ in range(place.line - 1):
        at = file.index("\n", at) + 1
    return at + place.column - 1
