"""Backends as a table with their options below, or as JSON."""

import json
from collections.abc import Sequence

from windlass.model.backend import Listed, Option
from windlass.views.words import columns, table

ABOUT = "backend.yaml"


def as_text(found: Sequence[Listed]) -> str:
    """One row a backend; then the options, each with its default and what it does."""
    rows = [[one.backend.axis, one.backend.name, one.backend.target, _from(one)] for one in found]
    head = table(["axis", "backend", "target", "from"], rows)
    options = [
        [f"{one.backend.axis}.{option.name}", _values(option), option.description]
        for one in found
        for option in one.backend.options
    ]
    if not options:
        return head
    return f"{head}\n\noptions, set in environments as `options: {{AXIS: {{NAME: VALUE}}}}`\n{columns(options)}"


def as_json(found: Sequence[Listed]) -> str:
    """Everything that a backend says of itself, and which files are the repository's own."""
    return json.dumps([{**one.backend.plain(), "own": list(one.own)} for one in found], indent=2, ensure_ascii=False)


def _from(one: Listed) -> str:
    if not one.own:
        return "windlass"
    return "this repository" if ABOUT in one.own else f"windlass, but {', '.join(one.own)}"


def _values(option: Option) -> str:
    said = json.dumps(option.default, ensure_ascii=False)
    if option.enum is not None:
        return f"{said} of {', '.join(json.dumps(one, ensure_ascii=False) for one in option.enum)}"
    limits = [
        f"{word} {limit:g}" for word, limit in ((">=", option.minimum), ("<=", option.maximum)) if limit is not None
    ]
    return " ".join([said, *limits])
