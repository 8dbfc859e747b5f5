"""What `windlass lock` did, as a table and as JSON; and the one line with which plain DVC runs the same stages."""

import json
import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from windlass.model.workload.search import PLAN

PLAIN = "for plain dvc:  "
SIGNS = {"written": "~", "removed": "-"}


class Row(Protocol):
    """What this view shows of one model or dataset."""

    slug: str
    kind: Any
    files: Any
    python: Any


def as_text(rows: Sequence[Any]) -> str:
    """One block per model or dataset: its files, then its interpreter. Last, what a DVC user types."""
    if not rows:
        return "nothing to lock: there is no model and no dataset"
    lines = []
    for row in rows:
        count = Counter(row.files.values())
        kept, moved = len(row.files) - count["removed"], count["removed"] + count["written"]
        state = f"{count['written']} of {kept} files written" if moved else f"all {kept} files fresh"
        lines.append(f"{row.kind:<8} {row.slug:<28} {state}")
        lines += [f"  {SIGNS[outcome]} {path}" for path, outcome in sorted(row.files.items()) if outcome in SIGNS]
        lines.append(f"  interpreter  {row.python or 'none: it is only rendered, `windlass explain WL313`'}")
    runnable = [row for row in rows if row.python]
    return "\n".join([*lines, *(["", PLAIN + plain(runnable[-1])] if runnable else [])])


def plain(row: Row) -> str:
    """The shell line that runs a model's stages by DVC alone, from the top of the repository. The stages say ``python``, so the
    model's own comes first on ``PATH``, for this one command; DVC is not in that interpreter, so ours is named by its path. The
    command of a search is found beside it.
    """
    stages = next(path for path in sorted(row.files) if PurePosixPath(path).name == "dvc.yaml")
    tools = Path(sys.executable).parent
    tuned = any(PurePosixPath(path).name == PLAN and outcome != "removed" for path, outcome in row.files.items())
    places = ":".join(shlex.quote(str(place)) for place in (row.python.parent, *([tools] if tuned else [])))
    return f"PATH={places}:$PATH {shlex.quote(str(tools / 'dvc'))} repro {shlex.quote(stages)}"


def as_json(rows: Sequence[Any]) -> str:
    """The same as data."""
    value = [
        {
            "slug": row.slug,
            "kind": row.kind,
            "files": dict(sorted(row.files.items())),
            "python": str(row.python) if row.python else None,
        }
        for row in rows
    ]
    return json.dumps({"locked": value}, indent=2, ensure_ascii=False)
