"""Reads what the evaluation wrote and judges it by the gates, against the release now in the destination environment."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from windlass.engine import gates, overlay, resolve
from windlass.flows.training.champions import Champions
from windlass.flows.training.stages import Stages
from windlass.model.candidate import DataPin
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Findings, Refused
from windlass.model.gates import GateResult
from windlass.model.project import Loaded, Project
from windlass.model.release import Release
from windlass.model.specs.model import Gate, Model, ModelSpec
from windlass.model.workload import MetricsFile

STANDING = "this is the champion itself"


@dataclass(frozen=True, slots=True)
class Tried:
    """What is judged: the inputs of its run, its numbers, the data that they are of, and the digest of its model."""

    inputs: str
    metrics: Mapping[str, Any]
    data: Sequence[DataPin]
    model: str | None


def metrics(stages: Stages, loaded: Loaded[Model]) -> dict[str, Any]:
    """The numbers of every metrics file, put together. Raises `Findings` (WL503) for one that is no JSON object of numbers
    or that lacks a declared name, at the place where the spec declares it."""
    merged: dict[str, Any] = {}
    wrong: list[Diagnostic] = []
    for step in stages.material.pipeline.stages:
        for file in step.metrics:
            data = stages.runner.read(stages.md5(file.path)) or b""
            values, problem, declared = _parsed(data, file)
            merged |= values
            if problem:
                hint = f"`{step.command}` must write it as the spec declares"
                place = loaded.source.place(*_declared(loaded, step.name, file.path), *declared)
                wrong.append(Diagnostic("WL503", f"`{file.path}` of stage `{step.name}` {problem}", place, hint))
    if wrong:
        raise Findings(wrong)
    return merged


def judge(spec: ModelSpec, tried: Tried, champions: Champions) -> tuple[GateResult, ...]:
    """Every gate. The champion is not compared with itself: the same run, or the same model with the same numbers. The same
    model with other numbers was evaluated in another way, and is compared like any other."""
    return tuple(result for _, result in _numbered(spec, tried, champions))


def revisions(data: Sequence[DataPin]) -> frozenset[tuple[str, str]]:
    """Which data something was trained and judged on."""
    return frozenset((pin.dataset, pin.md5) for pin in data)


def require(project: Project, loaded: Loaded[Model], environment: str, tried: Tried, champions: Champions) -> None:
    """Raise `Refused` (WL401) with every gate that says no, each at its own place, and by how much."""
    spec = resolve.effective(project, loaded.source.value, environment)
    source = overlay.source(loaded.source, overlay.lay(project, environment, loaded.source.value))
    slug = loaded.spec.metadata.slug
    wrong = [
        Diagnostic(
            "WL401",
            f"{slug}: {gates.sentence(result)}",
            source.place("spec", "evaluation", "gates", index),
        )
        for index, result in _numbered(spec, tried, champions)
        if not result.passed
    ]
    if wrong:
        hint = "nothing was registered or released; the run is kept, so a changed gate is judged without training again"
        raise Refused([*wrong[:-1], replace(wrong[-1], hint=hint)])


def summary(results: Sequence[GateResult]) -> str:
    """One line for the table: the overall gates in words, slices counted, notes once."""
    overall = [gates.sentence(result) for result in results if result.slice is None and result.limit is not None]
    slices = [result for result in results if result.slice is not None and result.limit is not None]
    if slices:
        overall.append(f"{sum(result.passed for result in slices)} of {len(slices)} slices")
    notes = dict.fromkeys(result.note for result in results if result.note and result.passed)
    return " · ".join((*overall, *notes))


def comparable(spec: ModelSpec, data: Sequence[DataPin], champions: Champions) -> bool:
    """Whether all that gates compare with was judged on the same data. Who is not there asks for nobody."""
    compared = [champions.own, *(champions.of(gate) for gate in spec.evaluation.gates)]
    return all(revisions(data) == revisions(one.spec.pin.data) for one in compared if one is not None)


def _numbered(spec: ModelSpec, tried: Tried, champions: Champions) -> Iterator[tuple[int, GateResult]]:
    """Every result with the index of its gate. What is released already is not compared with anybody: a rival that became
    better since does not take it back."""
    standing = champions.own is not None and _same(tried, champions.own)
    for index, gate in enumerate(spec.evaluation.gates):
        against = gates.Against(note=STANDING) if standing else _against(gate, tried, champions)
        for result in gates.judge(gate, tried.metrics, against):
            yield index, result


def _same(tried: Tried, champion: Release) -> bool:
    pin = champion.spec.pin
    return pin.inputs == tried.inputs or (
        pin.model.digest == tried.model and dict(tried.metrics) == champion.spec.metrics
    )


def _against(gate: Gate, tried: Tried, champions: Champions) -> gates.Against:
    release = champions.of(gate)
    if release is None:
        return gates.Against(note=gates.NO_RIVAL.format(gate.model) if gate.model else gates.NO_CHAMPION)
    if revisions(tried.data) != revisions(release.spec.pin.data):
        return gates.Against(note=gates.INCOMPARABLE)
    return gates.Against(release.spec.metrics)


def _declared(loaded: Loaded[Model], stage: str, path: str) -> tuple[str | int, ...]:
    """Where the spec declares a metrics file."""
    for index, one in enumerate(loaded.spec.spec.pipeline.stages):
        for at, file in enumerate(one.metrics):
            if (one.name, file.path) == (stage, path):
                return ("spec", "pipeline", "stages", index, "metrics", at)
    return ("spec", "pipeline")


def _parsed(data: bytes, file: MetricsFile) -> tuple[dict[str, Any], str, tuple[str | int, ...]]:
    """The numbers, what is wrong with them, and which part of the declaration says otherwise."""
    try:
        values = json.loads(data)
    except ValueError:
        return {}, "is no JSON", ()
    if not isinstance(values, dict):
        return {}, "is no JSON object", ()
    numbers = {name for name, value in values.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    if absent := [at for at, name in enumerate(file.names) if name not in numbers]:
        told = f"has no number `{file.names[absent[0]]}`, which the spec declares"
        return values, told, ("names", absent[0])
    groups = values.get("slices")
    if absent := [at for at, name in enumerate(file.slices) if not isinstance(groups, dict) or name not in groups]:
        told = f"has no `slices.{file.slices[absent[0]]}`, which the spec declares"
        return values, told, ("slices", absent[0])
    return values, "", ()
