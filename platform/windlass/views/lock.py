"""What `windlass lock` did, as a table and as JSON; and the one line with which plain DVC runs the same stages."""

import json
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

PLAIN = "for plain dvc:  "


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
        written = sum(outcome == "written" for outcome in row.files.values())
        state = f"{written} of {len(row.files)} files written" if written else f"all {len(row.files)} files fresh"
        lines.append(f"{row.kind:<8} {row.slug:<28} {state}")
        lines += [f"  ~ {path}" for path, outcome in sorted(row.files.items()) if outcome == "written"]
        lines.append(f"  interpreter  {row.python or 'none: it is only rendered, `windlass explain WL313`'}")
    runnable = [row for row in rows if row.python]
    return "\n".join([*lines, *(["", PLAIN + plain(runnable[-1])] if runnable else [])])


def plain(row: Row) -> str:
    """The shell line that runs a model's stages by DVC alone, from the top of the repository. The stages say ``python``, so the
    model's own comes first on ``PATH``, for this one command; DVC is not in that interpreter, so ours is named by its path.
    """
    stages = next(path for path in sorted(row.files) if PurePosixPath(path).name == "dvc.yaml")
    dvc = Path(sys.executable).parent / "dvc"
    return f"PATH={shlex.quote(str(row.python.parent))}:$PATH {shlex.quote(str(dvc))} repro {shlex.quote(stages)}"


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
