"""One step of a run at work: what was brought for it, and what earlier steps of the run have made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from windlass.engine import dvclock
from windlass.engine.dvclock import StageLock
from windlass.engine.lower.pipeline import REFRESH
from windlass.flows.steps import notes
from windlass.flows.steps.asked import Asked
from windlass.flows.steps.bring import bring
from windlass.flows.training import candidates, collect_data, material, workfolder
from windlass.flows.training.candidates import FAILED, Origin
from windlass.flows.training.champions import champions
from windlass.flows.training.closing import Closing, closing
from windlass.flows.training.material import Whole
from windlass.flows.training.stages import Stages
from windlass.model import layout
from windlass.model.candidate import Candidate, DataPin, StageRun
from windlass.model.failure import Findings, World
from windlass.model.release import Release
from windlass.model.workload import DataInput, Pipeline, Step
from windlass.ports import Bench, StageRunner, Store

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Work:
    """One step, and the run that it belongs to."""

    bench: Bench
    store: Store
    asked: Asked
    closing: Closing

    @property
    def found(self) -> Whole:
        """What the run is made of."""
        return self.closing.found

    @property
    def pipeline(self) -> Pipeline:
        """What trains the model."""
        return self.found.model.pipeline

    @property
    def slug(self) -> str:
        """``team/model``."""
        return self.asked.slug

    def inputs(self) -> tuple[str, dict[str, Any]]:
        """The `inputs` digest and its record: the same that a laptop computes."""
        return material.requested(self.bench, self.found.model, self.asked.data)

    def note(self, step: str) -> dict[str, Any] | None:
        """What a step of this run has noted."""
        return notes.read(self.store, self.slug, self.inputs()[0], step)

    def tell(self, step: Step, **note: object) -> None:
        """Note what a step made: it is done then."""
        notes.write(self.store, self.slug, self.inputs()[0], step.name, note)

    def entries(self) -> dict[str, StageLock]:
        """What the stages of this run made so far, by stage, in order."""
        told = {step.name: self.note(step.name) for step in self.pipeline.stages}
        return {name: dvclock.parse(note["lock"].encode())[name] for name, note in told.items() if note is not None}

    def runner(self) -> StageRunner:
        """What runs stages and brings data, over a work folder that holds the declared code."""
        workfolder.fill(self.bench, self.found)
        return self.bench.runner(
            self.found.work, self.bench.root / layout.state(self.asked.environment, "cache", "dvc")
        )

    def checked(self, runner: StageRunner, ref: DataInput) -> str:
        """The check of a dataset, done once per revision, in words. Raises `Findings` (WL510)."""
        loaded, source = self.found.datasets[ref.dataset]
        md5, place = self.asked.data[ref.dataset], self.found.work / source.path(loaded.spec.spec.source.out)

        def bring() -> Path:
            runner.restore(md5, place)
            return place

        return collect_data.checked(self.bench, self.store, ref.name, loaded, md5, bring)[1]

    def stages(self, runner: StageRunner, python: Path, before: Step | None = None) -> Stages:
        """The pipeline with every stage counted that ran in this run before a step; all of them where ``before`` is None.
        Raises `World` (WL555) where one has left nothing."""
        entries = self.entries()
        model = replace(self.found.model, entries=({}, entries))
        results = {model.path(ref.path): self.asked.data[ref.dataset] for ref in self.pipeline.inputs}
        stages = Stages(self.bench, runner, self.found.work, model, python, False, results)
        needed = {step.name for step in self.pipeline.stages} if before is None else self._behind(before)
        for step in self.pipeline.stages:
            if step.name in needed:
                if step.name not in entries:
                    raise missing(self.asked, step.name)
                stages.recall(step, entries[step.name])
        return stages

    def guarded(self, act: Callable[[], Made]) -> Made:
        """Do what the team's code may spoil; that the run failed is recorded then."""
        try:
            return act()
        except Findings as failure:
            draft, runs = self.draft(), self.runs()
            candidates.keep(self.store, draft, outcome=FAILED, reason=str(failure), stages=runs)
            raise

    def draft(self) -> Candidate:
        """What is known of the candidate by now, data that was not checked yet left out."""
        origin = Origin((self.store.record(layout.archive_origin(self.asked.code)) or b"").decode() or None)
        made = candidates.draft(
            self.bench, self.closing.loaded.spec, self.found, self.inputs(), tuple(self._checked()), origin
        )
        begun = (self.note(REFRESH) or {}).get("begun")
        return made.model_copy(update={"started_at": begun}) if begun else made

    def runs(self) -> tuple[StageRun, ...]:
        """How the steps ended that run the team's code."""
        kinds = ("stage", "test")
        told = [self.note(step.name) for step in self.pipeline.steps if step.kind in kinds]
        return tuple(StageRun.model_validate(note["run"]) for note in told if note is not None)

    def _checked(self) -> list[DataPin]:
        found = []
        for ref in self.pipeline.inputs:
            loaded, md5 = self.found.datasets[ref.dataset][0], self.asked.data[ref.dataset]
            facts = collect_data.known(self.store, loaded, md5)
            found += [collect_data.pin(ref.name, loaded, md5, facts)] if facts else []
        return found

    def _behind(self, step: Step) -> set[str]:
        """Every step that a step waits for, however far back."""
        steps = {one.name: one for one in self.pipeline.steps}
        found: set[str] = set()
        waiting = list(step.depends_on)
        while waiting:
            name = waiting.pop()
            if name not in found:
                found.add(name)
                waiting += steps[name].depends_on
        return found


def begin(bench: Bench, store: Store, asked: Asked) -> Work:
    """Bring everything that a step needs to begin. Raises like `bring`."""
    project, loaded, found = bring(bench, store, asked)
    known = champions(asked.slug, loaded.spec.spec, lambda slug: _champion(store, slug))
    return Work(bench, store, asked, closing(bench, project, loaded, asked.environment, found, known))


def _champion(store: Store, slug: str) -> Release | None:
    """The release of a model that serves now, as whoever uploads last found it in git; None where there is none."""
    told = store.record(layout.champion_record(slug))
    try:
        return Release.model_validate_json(told) if told else None
    except ValidationError as error:
        message = f"what the store says of the champion of {slug} cannot be read"
        raise World.one("WL552", message, "`windlass step upload` writes it again") from error


def missing(asked: Asked, step: str) -> World:
    """The failure of a step whose forerunner is not done."""
    message = f"step `{asked.step}` needs what `{step}` of {asked.slug} makes, and the store has nothing of it"
    return World.one("WL555", message, "start the run again from its first step: what is there is not made again")
