"""A plan in words: summary first, then each change with its fields, then what is refused and why."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from windlass.model.plan import Change, FieldChange, Plan
from windlass.views.words import columns, short, symbol

COUNTS = ("create", "update", "replace", "delete", "unchanged")
LIMIT = 44


def as_text(plan: Plan, saved: str | None = None, refusals: bool = True) -> str:
    """The table of ``windlass plan``. ``refusals`` is False where they are told as findings right after it."""
    counts = {word: sum(1 for change in plan.changes if change.action == word) for word in COUNTS}
    lines = [_head(plan)]
    for owner in sorted({change.identity.owner for change in plan.pending}):
        lines += _owner(plan, owner)
    if refusals:
        lines += [
            f"  {symbol('refused')} refused: {verdict.reason}  {verdict.code}\n      {verdict.hint}"
            for verdict in plan.refusals
        ]
    lines += [line for line in [warnings(plan)] if line]
    if counts["unchanged"]:
        lines.append(f"  {symbol('unchanged')} {counts['unchanged']} unchanged")
    summary = "  ".join(f"{word} {counts[word]}" for word in COUNTS[:-1])
    tail = f"plan {short(plan.digest)}" + (f" saved as {saved}" if saved else "")
    lines.append(f"{summary}  refused {len(plan.refusals)}    {tail}")
    return "\n".join(lines)


def warnings(plan: Plan) -> str:
    """What the guards let pass and a person should know."""
    return "\n".join(f"  warning: {verdict.reason}  {verdict.code}\n      {verdict.hint}" for verdict in plan.warnings)


def as_json(plan: Plan, waiting: Sequence[Mapping[str, Any]] = (), cost: Mapping[str, Any] | None = None) -> str:
    """The plan file's own form, with its digest, the proposals that wait for their merge, and what services cost beside it."""
    told = {"digest": plan.digest, "plan": plan.plain(), "waiting": list(waiting), "cost": cost}
    return json.dumps(told, sort_keys=True, indent=2)


def _head(plan: Plan) -> str:
    live = sum(1 for change in plan.changes if change.observed.present)
    rendered = sum(1 for change in plan.changes if change.desired is not None)
    rehearsed = " · rehearsed here" if plan.rehearsed else ""
    base = plan.base[:7] if plan.base else "no commit"
    return f"{plan.environment}{rehearsed} · base {base} · {rendered} objects rendered, {live} live"


def _owner(plan: Plan, owner: str) -> list[str]:
    mine = [change for change in plan.pending if change.identity.owner == owner]
    actions = {change.action for change in mine}
    whole = actions.pop() if len(actions) == 1 else "update"
    release = plan.releases.get(owner)
    lines = [f"  {symbol(whole)} {owner or 'nobody'}" + (f"   release {short(release)}" if release else "")]
    for change in mine:
        rows = _rows(change)
        lines.append(f"      {symbol(change.action)} {change.identity}" + _why(change))
        if rows:
            lines.append(columns(rows, indent=10))
    return lines


def _why(change: Change) -> str:
    return f"   {change.reason}" if change.reason else ""


def _rows(change: Change) -> Sequence[Sequence[str]]:
    return [_row(difference) for difference in change.fields]


def _row(difference: FieldChange) -> list[str]:
    by = f"   by {difference.by}" if difference.by else ""
    return [difference.path, f"{_say(difference.before)} -> {_say(difference.after)}{by}"]


def _say(value: Any) -> str:
    if value is None:
        return "(none)"
    if isinstance(value, str) and value.startswith("sha256:"):
        return short(value)
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return text if len(text) <= LIMIT else text[: LIMIT - 1] + "…"
