"""``windlass runs`` as a table or JSON."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from windlass.engine import commands
from windlass.model.runs import Run
from windlass.model.specs.environment import LOCAL, Environment
from windlass.views.words import number, short, table, whole


def as_text(slug: str, environment: Environment, runs: Sequence[Run]) -> str:
    """One row per run: what went in, what came out, what became of it. Metrics by slice are in the JSON only."""
    if not runs:
        return f"no run of {slug} in {environment.metadata.name} yet: {_first(slug, environment)}"
    params = _names(run.params for run in runs)
    metrics = _names(_plain(run.metrics) for run in runs)
    head = ["inputs", "finished", "outcome", *params, *metrics, "data", "commit", "version", "now"]
    rows = [[*_before(run), *_values(run, params, metrics), *_after(run)] for run in runs]
    notes = [f"{short(run.inputs)}: {run.reason}" for run in runs if run.reason]
    return "\n".join([table(head, rows), *notes])


def as_json(runs: Sequence[Run]) -> str:
    """Everything, as a list of objects."""
    return json.dumps(
        [{**asdict(run), "version": whole(run.version or None)} for run in runs], sort_keys=True, indent=2
    )


def _first(slug: str, environment: Environment) -> str:
    name, before = environment.metadata.name, environment.spec.promotes_from
    if name == LOCAL:
        return f"`windlass up {slug}` makes one"
    if before is None:
        return f"{commands.windlass(environment, f'train {slug} --env {name}')} makes one"
    return f"it does not train, and serves what {before} served: `windlass runs {slug} --env {before}`"


def _before(run: Run) -> list[str]:
    return [short(run.inputs), run.finished_at[:16].replace("T", " "), run.outcome]


def _values(run: Run, params: Sequence[str], metrics: Sequence[str]) -> list[str]:
    return [*(_cell(run.params, name) for name in params), *(_cell(run.metrics, name) for name in metrics)]


def _after(run: Run) -> list[str]:
    data = " ".join(md5[:6] for md5 in run.data.values()) or "-"
    commit = (run.commit[:8] + ("+" if run.dirty else "")) or "-"
    now = ", ".join([*(["served"] if run.served else []), *(f"@{alias}" for alias in run.aliases)]) or "-"
    return [data, commit, run.version or "-", now]


def _cell(values: dict[str, Any], name: str) -> str:
    return number(values[name]) if name in values else "-"


def _plain(metrics: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in metrics.items() if isinstance(value, (int, float))}


def _names(values: Iterable[dict[str, Any]]) -> list[str]:
    return sorted({name for one in values for name in one})
