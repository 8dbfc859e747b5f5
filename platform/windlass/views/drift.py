"""``windlass drift`` as text or JSON."""

import json
from collections.abc import Sequence

from windlass.model.drift import Drift
from windlass.model.plan import FieldChange
from windlass.views.words import columns, plural, short


def as_text(environment: str, found: Sequence[Drift]) -> str:
    """Each object with its fields; what was there is what somebody made of it."""
    if not found:
        return f"{environment}: everything is as it was applied"
    lines = [f"{environment}: {plural(len(found), 'object')} not as applied"]
    for one in found:
        lines.append(f"  {one.identity}  {one.what}" + (f": {one.detail}" if one.detail else ""))
        if one.fields:
            lines.append(columns([_row(change) for change in one.fields], indent=6))
    return "\n".join(lines)


def as_json(found: Sequence[Drift]) -> str:
    """Every object, and of each field what was applied and what is there."""
    told = [
        {
            "object": one.identity.plain(),
            "what": one.what,
            "detail": one.detail,
            "fields": [
                {"path": field.path, "applied": field.after, "live": field.before, "by": field.by}
                for field in one.fields
            ],
        }
        for one in found
    ]
    return json.dumps({"drift": told}, sort_keys=True, indent=2)


def _row(change: FieldChange) -> list[str]:
    by = f"by {change.by}" if change.by else "by somebody"
    return [change.path, f"{_say(change.after)} -> {_say(change.before)}", by]


def _say(value: object) -> str:
    if value is None:
        return "(none)"
    return short(value) if isinstance(value, str) and value.startswith("sha256:") else str(value)
