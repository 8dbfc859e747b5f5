"""What a team's failing code printed, cut to what helps: its own lines of the traceback and the cause, last."""

import re

from windlass.model.diagnostic import Place

FRAME = re.compile(r'^  File "(?P<path>[^"]+)", line (?P<line>\d+)')
MARKS = re.compile(r"[ ~^]+")
"""The line under a line of code that Python marks the failing part with: the eye finds it without."""
START = "Traceback (most recent call last):"
TAIL = 20
"""Lines shown of output that holds no traceback."""


def last_place(output: str, folder: str) -> Place | None:
    """The innermost line of the team's own code in the last traceback; ``folder`` is the root of the run's files, under
    which paths equal those of the repository."""
    found = None
    for line in _last_traceback(output):
        match = FRAME.match(line)
        if match and match["path"].startswith(folder + "/"):
            found = Place(match["path"].removeprefix(folder + "/"), int(match["line"]))
    return found


def trimmed(output: str, folder: str) -> str:
    """The last traceback without frames of libraries and with the repository's paths, or the last lines of what has
    none."""
    lines = _last_traceback(output)
    if not lines:
        return "\n".join(output.rstrip().splitlines()[-TAIL:])
    kept: list[str] = []
    foreign = skipping = 0
    for line in lines:
        if match := FRAME.match(line):
            skipping = not match["path"].startswith(folder + "/")
            foreign += skipping
        elif not line.startswith("    "):
            skipping = 0
            if foreign:
                kept.append(f"  ... {foreign} {'frame' if foreign == 1 else 'frames'} in libraries")
            foreign = 0
        if not skipping and not MARKS.fullmatch(line):
            kept.append(line.replace(folder + "/", "").rstrip())
    return "\n".join(kept)


def _last_traceback(output: str) -> list[str]:
    """From the last traceback's first line to the end of its message; empty where there is none. A syntax error in the
    program itself comes without that first line."""
    lines = output.rstrip().splitlines()
    starts = [number for number, line in enumerate(lines) if line == START]
    starts = starts or [number for number, line in enumerate(lines) if FRAME.match(line)][:1]
    return lines[starts[-1] :][: TAIL * 10] if starts else []
