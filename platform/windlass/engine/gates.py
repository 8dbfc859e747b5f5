"""Judges a candidate's metrics by its gates: absolute limits, and the change against the champion, overall or by slice."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windlass.model.gates import GateResult
from windlass.model.specs.model import Gate

EACH = "all"
NO_CHAMPION = "no champion yet, first release"
NO_RIVAL = "{} has no release here yet"
INCOMPARABLE = "not comparable: the champion was judged on other data"


@dataclass(frozen=True, slots=True)
class Against:
    """What a gate compares with: the numbers of a champion, or why there are none to compare with."""

    metrics: Mapping[str, Any] | None = None
    note: str = NO_CHAMPION


def judge(gate: Gate, metrics: Mapping[str, Any], against: Against) -> Iterator[GateResult]:
    """One result for each slice, and for each limit. Without a champion's metrics a baseline gate passes with a note."""
    for result in _judged(gate, metrics, against.metrics, against.note):
        yield result if gate.model is None else result.model_copy(update={"model": gate.model})


def sentence(result: GateResult) -> str:
    """A result in words: ``f1 0.976 >= 0.950``, or ``f1 of digit 7 is 0.926, not >= 0.934: 0.008 too low``."""
    name = f"{result.metric} of {result.slice}" if result.slice else result.metric
    if result.value is None:
        return f"{name} {result.note}" if result.note.startswith("is ") else f"{name}: {result.note}"
    if result.limit is None:
        return f"{name} {result.value:.3f}: {result.note}"
    places = _places(result.value, result.limit)
    value, limit = f"{result.value:.{places}f}", f"{result.comparison} {result.limit:.{places}f}"
    champion = "" if result.champion is None else f" ({result.model or 'champion'} {result.champion:.{places}f})"
    if result.passed:
        return f"{name} {value} {limit}{champion}"
    gap = f"{abs(result.value - result.limit):.{places}f} too {'low' if result.comparison == '>=' else 'high'}"
    return f"{name} is {value}, not {limit}{champion}: {gap}"


def _judged(
    gate: Gate, metrics: Mapping[str, Any], champion: Mapping[str, Any] | None, note: str
) -> Iterator[GateResult]:
    for label, told, before in _values(gate, metrics, champion):
        value = _number(told)
        if value is None:
            # A slice that the champion has and the candidate lacks would otherwise be a way around the gate.
            told = _lacking(told) or (f"no number for {label}" if label else "no number")
            yield GateResult(metric=gate.metric, slice=label, champion=before, passed=False, note=told)
            continue
        if gate.baseline is None:
            yield from _absolute(gate, label, value)
        elif before is None:
            told = note if champion is None else "the champion has no number for it"
            yield GateResult(metric=gate.metric, slice=label, value=value, passed=True, note=told)
        else:
            yield from _relative(gate, label, value, before)


def _absolute(gate: Gate, label: str | None, value: float) -> Iterator[GateResult]:
    for comparison, limit in ((">=", gate.min), ("<=", gate.max)):
        if limit is not None:
            yield _compared(gate.metric, label, value, comparison, limit)


def _relative(gate: Gate, label: str | None, value: float, before: float) -> Iterator[GateResult]:
    for comparison, change in ((">=", gate.min_relative_change), ("<=", gate.max_relative_change)):
        if change is not None:
            yield _compared(gate.metric, label, value, comparison, before + change * abs(before), before)


def _compared(
    metric: str, label: str | None, value: float, comparison: str, limit: float, before: float | None = None
) -> GateResult:
    passed = value >= limit if comparison == ">=" else value <= limit
    return GateResult(
        metric=metric, slice=label, value=value, comparison=comparison, limit=limit, champion=before, passed=passed
    )


def _values(
    gate: Gate, metrics: Mapping[str, Any], champion: Mapping[str, Any] | None
) -> Iterator[tuple[str | None, Any, float | None]]:
    """Label, what the candidate says and the champion's number, for each slice that the gate means."""
    if gate.slice is None:
        yield None, metrics.get(gate.metric), _number((champion or {}).get(gate.metric))
        return
    ((grouping, wanted),) = gate.slice.items()
    mine, theirs = _groups(metrics, grouping), _groups(champion or {}, grouping)
    chosen: Sequence[str] = sorted(mine.keys() | theirs.keys()) if wanted == EACH else [wanted]
    if not chosen:
        yield f"{grouping} {EACH}", None, None
    for group in chosen:
        found = _mapping(mine.get(group)).get(gate.metric)
        yield f"{grouping} {group}", found, _number(_mapping(theirs.get(group)).get(gate.metric))


def _groups(metrics: Mapping[str, Any], grouping: str) -> Mapping[str, Any]:
    return _mapping(_mapping(metrics.get("slices")).get(grouping))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)


def _lacking(value: Any) -> str:
    """What keeps a float from being a number: it is not finite."""
    if not isinstance(value, float) or math.isfinite(value):
        return ""
    return "is NaN" if math.isnan(value) else "is infinite"


def _places(value: float, limit: float) -> int:
    # Three decimals, and more where three would show an unequal pair as equal.
    return next((places for places in range(3, 7) if round(value, places) != round(limit, places)), 3)
