"""An effective spec as aligned lines, each with who says so, or as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from windlass.model.diagnostic import Place
from windlass.model.setting import Setting
from windlass.views.words import columns

WIDTH = 48
"""Longer values are cut; the JSON has them whole."""


def as_text(settings: Sequence[Setting]) -> str:
    """Path, value, the place that set it; then those that it overrides."""
    return columns([[one.path, _value(one.value), _said(one)] for one in settings], indent=0)


def as_json(settings: Sequence[Setting], slug: str, environment: str, base: str) -> str:
    """Everything."""
    values = [
        {"path": one.path, "value": one.value, "by": _plain(one.by), "over": [_plain(place) for place in one.over]}
        for one in settings
    ]
    told = {"exitCode": 0, "model": slug, "environment": environment, "base": base, "values": values}
    return json.dumps(told, indent=2, ensure_ascii=False)


def _value(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def _said(one: Setting) -> str:
    by = "built in" if one.by is None else f"{one.by.path}:{one.by.line}"
    return " ".join([by, *(f"over {place.path}:{place.line}" for place in one.over)])


def _plain(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"path": place.path, "line": place.line, "column": place.column}
