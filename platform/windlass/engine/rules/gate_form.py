"""WL211: a gate has one form: limits of its own, or a change against the champion."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.model import Gate


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every gate of every model."""
    for loaded in tree.models():
        for number, gate in enumerate(loaded.spec.spec.evaluation.gates):
            wrong = _wrong(gate)
            if wrong:
                yield at(loaded.source, ("spec", "evaluation", "gates", number), "WL211", *wrong)


def _wrong(gate: Gate) -> tuple[str, str] | None:
    absolute = gate.min is not None or gate.max is not None
    relative = gate.min_relative_change is not None or gate.max_relative_change is not None
    what = f"the gate on `{gate.metric}`"
    if absolute and (relative or gate.baseline):
        return f"{what} has limits of its own and a baseline", "write two gates"
    if gate.model is not None and not gate.baseline:
        return f"{what} names a model and no baseline", "add `baseline: champion`: the release of that model is meant"
    if relative and not gate.baseline:
        return f"{what} limits a change without saying against what", "add `baseline: champion`"
    if gate.baseline and not relative:
        return f"{what} has a baseline and no limit", "add `minRelativeChange: -0.01` (at most one percent worse)"
    if not absolute and not relative:
        return f"{what} has no limit", "add `min:` or `max:`, or `baseline: champion` with `minRelativeChange:`"
    if gate.min is not None and gate.max is not None and gate.min > gate.max:
        return f"{what} can never pass: min {gate.min:g} is above max {gate.max:g}", "swap them"
    return None
