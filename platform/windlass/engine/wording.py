"""Small pieces of sentences that findings share: near misses, lists, clipped values."""

import difflib
from collections.abc import Iterable

SHOWN = 8


def clipped(text: str, length: int = 48) -> str:
    """A value short enough for a sentence, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"


def near(word: str, known: Iterable[str], alike: float = 0.6) -> str:
    """The known word that was probably meant, or nothing."""
    found = difflib.get_close_matches(word, list(known), n=1, cutoff=alike)
    return found[0] if found else ""


def listed(words: Iterable[str]) -> str:
    """``a, b, c``, cut where it gets long."""
    every = list(words)
    return ", ".join(every[:SHOWN]) + (f" and {len(every) - SHOWN} more" if len(every) > SHOWN else "")


def meant(word: str, known: Iterable[str], label: str) -> str:
    """A hint for an unknown name: the near miss, else what there is. ``label`` starts the list: ``known here``."""
    every = list(known)
    guess = near(word, every)
    if guess:
        return f"did you mean `{guess}`?"
    return f"{label}: {listed(every)}" if every else f"{label}: none"
