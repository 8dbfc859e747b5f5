"""Small spellings that every view shares: columns, durations, times, short digests, symbols."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from windlass.model.plan import SYMBOLS

ASCII = {"±": "+-", "·": "-", "->": "->", "…": "..."}


def plain_terminal() -> bool:
    """Whether stderr's encoding cannot say more than ASCII."""
    return "utf" not in (getattr(sys.stderr, "encoding", "") or "").lower()


def symbol(word: str) -> str:
    """The sign of a change, in ASCII where the terminal is plain."""
    sign = SYMBOLS[word]
    return ASCII.get(sign, sign) if plain_terminal() else sign


def columns(rows: Sequence[Sequence[str]], indent: int = 2, gap: int = 2) -> str:
    """Left-aligned columns, each as wide as its widest cell; no trailing space."""
    if not rows:
        return ""
    count = max(len(row) for row in rows)
    widths = [max((len(row[index]) for row in rows if index < len(row)), default=0) for index in range(count)]
    lines = ("".join(cell.ljust(widths[index] + gap) for index, cell in enumerate(row)).rstrip() for row in rows)
    return "\n".join(" " * indent + line for line in lines)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with a head and a line under it."""
    widths = [max(len(line[index]) for line in (head, *rows)) for index in range(len(head))]
    return columns([list(head), ["-" * width for width in widths], *rows], indent=0)


def short(digest: str | None, length: int = 8) -> str:
    """``sha256:77d01c2a…``: enough to recognise, and a prefix that other commands take."""
    if not digest:
        return "-"
    head, _, rest = digest.partition(":")
    return f"{head}:{rest[:length]}…" if rest else f"{head[:length]}…"


def number(value: Any) -> str:
    """A metric or parameter as people write it: three decimals where there are more."""
    if isinstance(value, float):
        return f"{value:.3f}"
    return "-" if value is None else str(value)


def whole(value: str | None) -> int | str | None:
    """A count that is kept as text, as the number it is, for JSON; any other text as it is."""
    return int(value) if value is not None and value.isdecimal() else value


def instant(value: datetime | str) -> str:
    """A time in UTC, to the second."""
    when = datetime.fromisoformat(value) if isinstance(value, str) else value
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def plural(count: int, word: str) -> str:
    """``1 check``, ``2 checks``."""
    return f"{count:,} {word}{'' if count == 1 else 's'}"
