"""What a search found: which trials count, which one is chosen, and the two files that say so. Pure, so that a laptop and a
cluster choose alike, whichever trial was done first."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from windlass.engine.lower import names
from windlass.model import digests
from windlass.model.trial import Trial
from windlass.model.workload import Search
from windlass.model.workload.search import BEST

Trials = Mapping[int, Trial]
"""Trials that are done, by their number; the first is 1."""


def value(search: Search, trial: Trial) -> float | None:
    """The objective of a trial; None where it failed."""
    return trial.metrics.get(search.objective.metric) if trial.outcome == "ran" else None


def last(search: Search, trials: Trials) -> int:
    """The number of the last trial that counts: the first that reached the goal, or the last of all."""
    for number, trial in sorted(trials.items()):
        found = value(search, trial)
        if found is not None and search.objective.reached(found):
            return number
    return len(search.trials)


def failed(search: Search, trials: Trials) -> int:
    """How many trials that count failed."""
    end = last(search, trials)
    return sum(trial.outcome == "failed" for number, trial in trials.items() if number <= end)


def chosen(search: Search, trials: Trials) -> int | None:
    """The number of the best trial, the first among equals; None where none brought a value."""
    best: tuple[int, float] | None = None
    for number, trial in sorted(trials.items()):
        found = value(search, trial)
        if number > last(search, trials) or found is None:
            continue
        if best is None or search.objective.better(found, best[1]):
            best = number, found
    return best[0] if best else None


def table(search: Search, trials: Trials, best: int) -> bytes:
    """`trials.json`: every trial that counts, in order. The bytes depend on nothing but what was found."""
    rows = [
        {
            "number": number,
            "outcome": trials[number].outcome,
            "point": search.trials[number - 1],
            "value": value(search, trials[number]),
        }
        for number in range(1, last(search, trials) + 1)
    ]
    lines = ",\n".join(f"    {_line(row)}" for row in rows)
    head = f'  "best": {best},\n  "objective": {_line(search.objective.plain())},\n'
    return f'{{\n{head}  "trials": [\n{lines}\n  ]\n}}\n'.encode()


def point(search: Search, number: int) -> bytes:
    """`best.json`: the parameters of a trial by name, as the team's code reads them."""
    return f"{json.dumps(search.trials[number - 1], sort_keys=True, indent=2, ensure_ascii=False)}\n".encode()


def row(search: Search, number: int, trial: Trial, kept: bool) -> str:
    """One trial in words: ``trial 3/12  max_depth 7  f1 0.971``."""
    found = value(search, trial)
    at = [f"{name} {_text(one)}" for name, one in sorted(search.trials[number - 1].items())]
    told = f"{search.objective.metric} {found:.6g}" if found is not None else f"failed: {trial.reason}"
    return "  ".join([f"trial {number}/{len(search.trials)}", *at, told, *(["known"] if kept else [])])


def key(search: Search, number: int, params: Mapping[str, Any], deps: Mapping[str, str | None]) -> str:
    """What a trial is known by: all that it runs on, and nothing of the search around it. ``params`` is what `params.json`
    holds, ``deps`` the content of all that its stages read."""
    stages = [stage.plain() for stage in search.stages]
    record = {"deps": dict(deps), "params": dict(params), "point": search.trials[number - 1], "stages": stages}
    return digests.short(digests.of_value({**record, "metrics": search.objective.path}), 40)


def reads(search: Search) -> tuple[str, ...]:
    """What the trials of a search read and none of their stages makes, as the specs call it."""
    made = {out for stage in search.stages for out in stage.outs} | {BEST}
    found = {dep for stage in search.stages for dep in stage.deps}
    return tuple(sorted(dep for dep in found if not any(names.overlaps(dep, out) for out in made)))


def numbers(written: Any) -> Iterator[tuple[str, float]]:
    """The numbers at the top of a metrics file."""
    for name, one in sorted(written.items()) if isinstance(written, dict) else ():
        if isinstance(one, int | float) and not isinstance(one, bool):
            yield name, float(one)


def _line(made: Any) -> str:
    return json.dumps(made, sort_keys=True, ensure_ascii=False, allow_nan=False)


def _text(one: Any) -> str:
    return f"{one:.6g}" if isinstance(one, float) else str(one).lower() if isinstance(one, bool) else str(one)
