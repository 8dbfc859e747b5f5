"""Reads what the evaluation wrote and judges it by the gates, against the release now in the destination environment."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from windlass.engine import gates
from windlass.flows.stages import Stages
from windlass.model.candidate import DataPin
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.failure import Findings, Refused
from windlass.model.gates import GateResult
from windlass.model.project import Loaded
from windlass.model.release import Release
from windlass.model.specs.model import Model, ModelSpec
from windlass.model.workload import MetricsFile

STANDING = "this is the champion itself"


def metrics(stages: Stages) -> dict[str, Any]:
    """The numbers of every metrics file, put together. Raises `Findings` (WL503) for one that is no JSON object of numbers
    or that lacks a declared name."""
    merged: dict[str, Any] = {}
    wrong: list[Diagnostic] = []
    for step in stages.material.pipeline.stages:
        for file in step.metrics:
            data = stages.runner.read(stages.md5(file.path)) or b""
            values, problem = _parsed(data, file)
            merged |= values
            if problem:
                hint = f"`{step.command}` must write it as the spec declares"
                place = Place(stages.material.pipeline.source)
                wrong.append(Diagnostic("WL503", f"`{file.path}` of stage `{step.name}` {problem}", place, hint))
    if wrong:
        raise Findings(wrong)
    return merged


def judge(
    spec: ModelSpec, values: Mapping[str, Any], data: Sequence[DataPin], model: str | None, champion: Release | None
) -> tuple[GateResult, ...]:
    """Every gate. ``model`` is the digest of the model that is judged: the champion is not compared with itself."""
    if champion is None:
        return gates.judge(spec.evaluation.gates, values, None, comparable=False)
    if champion.spec.pin.model.digest == model:
        return gates.judge(spec.evaluation.gates, values, None, comparable=False, absent=STANDING)
    comparable = revisions(data) == revisions(champion.spec.pin.data)
    return gates.judge(spec.evaluation.gates, values, champion.spec.metrics, comparable)


def revisions(data: Sequence[DataPin]) -> frozenset[tuple[str, str]]:
    """Which data something was trained and judged on."""
    return frozenset((pin.dataset, pin.md5) for pin in data)


def require(loaded: Loaded[Model], results: Sequence[GateResult]) -> None:
    """Raise `Refused` (WL401) with every gate that says no, and by how much."""
    wrong = [result for result in results if not result.passed]
    if not wrong:
        return
    place = loaded.source.place("spec", "evaluation", "gates")
    hint = "nothing was registered or released; the run is kept, so a changed gate is judged without training again"
    slug = loaded.spec.metadata.slug
    raise Refused([Diagnostic("WL401", f"{slug}: {gates.sentence(result)}", place, hint) for result in wrong])


def summary(results: Sequence[GateResult]) -> str:
    """One line for the table: the overall gates in words, slices counted, notes once."""
    overall = [gates.sentence(result) for result in results if result.slice is None and result.limit is not None]
    slices = [result for result in results if result.slice is not None and result.limit is not None]
    if slices:
        overall.append(f"{sum(result.passed for result in slices)} of {len(slices)} slices")
    notes = dict.fromkeys(result.note for result in results if result.note and result.passed)
    return " · ".join((*overall, *notes))


def _parsed(data: bytes, file: MetricsFile) -> tuple[dict[str, Any], str]:
    try:
        values = json.loads(data)
    except ValueError:
        return {}, "is no JSON"
    if not isinstance(values, dict):
        return {}, "is no JSON object"
    numbers = {name for name, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    if absent := [name for name in file.names if name not in numbers]:
        return values, f"has no number `{absent[0]}`, which the spec declares"
    groups = values.get("slices")
    if absent := [name for name in file.slices if not isinstance(groups, dict) or name not in groups]:
        return values, f"has no `slices.{absent[0]}`, which the spec declares"
    return values, ""
