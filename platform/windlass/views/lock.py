"""What `windlass lock` did, as a table and as JSON."""

import json
from collections.abc import Sequence
from typing import Any, Protocol


class Row(Protocol):
    """What this view shows of one model or dataset."""

    slug: str
    kind: Any
    files: Any
    python: Any


def as_text(rows: Sequence[Any]) -> str:
    """One block per model or dataset: its files, then how to enter its interpreter."""
    if not rows:
        return "nothing to lock: there is no model and no dataset"
    lines = []
    for row in rows:
        written = sum(outcome == "written" for outcome in row.files.values())
        state = f"{written} of {len(row.files)} files written" if written else f"all {len(row.files)} files fresh"
        lines.append(f"{row.kind:<8} {row.slug:<28} {state}")
        lines += [f"  ~ {path}" for path, outcome in sorted(row.files.items()) if outcome == "written"]
        lines.append(f"  interpreter  {row.python}")
    lines.append("")
    lines.append("for plain dvc or pytest:  . " + str(rows[-1].python.parent / "activate"))
    return "\n".join(lines)


def as_json(rows: Sequence[Any]) -> str:
    """The same as data."""
    value = [
        {"slug": row.slug, "kind": row.kind, "files": dict(sorted(row.files.items())), "python": str(row.python)}
        for row in rows
    ]
    return json.dumps({"locked": value}, indent=2, ensure_ascii=False)
