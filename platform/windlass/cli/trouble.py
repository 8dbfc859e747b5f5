"""When we are at fault: one line for the person, the rest in a file that can be pasted into an issue."""

import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from windlass import __version__
from windlass.model.failure import Exit


def report(error: BaseException, words: Sequence[str]) -> int:
    """Write the report (the verb, versions, the traceback; no values of the user's files) and say where it is."""
    verb = next((word for word in words if not word.startswith("-")), "")
    frames = traceback.format_exception(type(error), error, error.__traceback__)
    text = f"windlass {__version__}, python {sys.version.split()[0]}, {sys.platform}, verb {verb}\n\n{''.join(frames)}"
    sys.stderr.write(f"windlass: this is our bug, not yours: {type(error).__name__} in `windlass {verb}`  WL900\n")
    # what a step writes goes with its pod: only the log is left of it
    place = None if verb == "step" else _write(text)
    if place is None:
        sys.stderr.write(text)
    else:
        sys.stderr.write(f"A report without your values is in {place}; please open an issue with it.\n")
    return int(Exit.BUG)


def _write(text: str) -> str | None:
    folder = Path(".windlass/reports")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in folder.glob("*.txt")) + 1
        path = folder / f"report-{number:04d}.txt"
        path.write_text(text, "utf-8")
    except OSError:
        return None
    return path.as_posix()
