"""Runs the stages of one pipeline in order, each only if something it reads has changed since its lock was written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from windlass.engine import dvclock, unchanged
from windlass.engine.dvclock import StageLock
from windlass.engine.lower import names
from windlass.flows.training.material import Material, made_by
from windlass.model.candidate import StageRun
from windlass.model.workload import Step
from windlass.ports import Bench, StageRunner


@dataclass
class Stages:
    """One pipeline in one work folder. ``results`` maps the paths of the repository that are data or were made so far to
    their md5; ``locked`` is the new `dvc.lock`, ``runs`` how each stage ended. ``keep`` says whether the lock also goes
    beside the code where something ran, ``replace`` that the one there does not fit in any case."""

    bench: Bench
    runner: StageRunner
    work: Path
    material: Material
    python: Path
    keep: bool
    results: dict[str, str]
    replace: bool = False
    shown: bool = True
    locked: dict[str, StageLock] = field(default_factory=dict)
    runs: list[StageRun] = field(default_factory=list)

    def run(self) -> None:
        """Run what must run. Raises `Findings` where the team's code fails; what ran before is kept."""
        for step in self.material.pipeline.stages:
            self.take(step)
        self._save()

    def recall(self, step: Step, entry: StageLock) -> None:
        """Count a stage that ran elsewhere: what it made is known by its entry, and nothing is brought yet."""
        self.locked[step.name] = entry
        self.results |= {self.material.path(out): entry.outs[out] for out in made_by(step)}

    def md5(self, path: str) -> str:
        """The md5 of something that a stage made; the path is relative to the pipeline's folder."""
        return self.results[self.material.path(path)]

    def bring(self, path: str) -> Path:
        """Something that a stage made, in the work folder."""
        place = self.work / self.material.path(path)
        self.runner.restore(self.md5(path), place)
        return place

    def bring_deps(self, step: Step) -> None:
        """Everything made that a step reads, in the work folder."""
        for dep in step.deps:
            self._restored(dep)

    def lock(self) -> bytes:
        """The `dvc.lock` of this run: the committed bytes where they say the same."""
        committed = self.material.entries[0]
        if committed == self.locked:
            return self.bench.files.read(self.bench.root / self.material.dvc_lock) or b""
        return dvclock.dump(self.locked)

    def take(self, step: Step, anew: bool = False) -> None:
        """Run one stage if it must run; those before it have run or are recalled. ``anew`` runs it in any case. Raises like
        `run`."""
        now = unchanged.asked(self.material.pipeline, step, {dep: self._dep(dep) for dep in step.deps})
        reasons = [
            unchanged.reason(now, entries.get(step.name), self.runner.holds) for entries in self.material.entries
        ]
        if anew:
            self._run(step, "asked for", anew)
        elif None in reasons:
            entry = self.material.entries[reasons.index(None)][step.name]
            self._done(step, entry, "unchanged", None, "")
        else:
            self._run(step, next((reason for reason in reasons if reason and reason != "never ran"), "first run"))

    def _run(self, step: Step, why: str, anew: bool = False) -> None:
        if self.shown:
            self.bench.progress.begin(step.name, why)
        self.bring_deps(step)
        for out in made_by(step):
            # DVC would take a left-over output for a result although the cache does not hold it.
            self.bench.files.remove(self.work / self.material.path(out))
        place = self.work / self.material.dvc_lock
        self.bench.files.write(place, dvclock.dump({**self._older(), **self.locked}))
        result = self.runner.run(self.material.pipeline, step, self.python, {}, anew)
        self.bench.progress.point(f"train.{step.name}")
        self._done(step, dvclock.parse(result.lock)[step.name], result.outcome, result.seconds, why)
        self._save()

    def _done(self, step: Step, entry: StageLock, outcome: str, seconds: float | None, why: str) -> None:
        self.recall(step, entry)
        self.runs.append(
            StageRun(name=step.name, outcome=outcome, seconds=None if seconds is None else round(seconds, 1))
        )
        if self.shown:
            if outcome == "unchanged" and seconds is None:
                self.bench.progress.begin(step.name)
            self.bench.progress.end(step.name, outcome, why)

    def _dep(self, dep: str) -> str | None:
        """The md5 of a dep. Where it is a part or a parent of something made, only the disk can tell."""
        path = self.material.path(dep)
        if path in self.results:
            return self.results[path]
        if any(names.overlaps(path, made) for made in self.results):
            self._restored(dep)
        return self.runner.md5(self.work / path)

    def _restored(self, dep: str) -> None:
        path = self.material.path(dep)
        for made, md5 in self.results.items():
            if names.overlaps(path, made):
                self.runner.restore(md5, self.work / made)

    def _older(self) -> Mapping[str, StageLock]:
        """What is known of stages from before, so that DVC sees it too."""
        merged: dict[str, StageLock] = {}
        for entries in reversed(self.material.entries):
            merged |= entries
        return {step.name: merged[step.name] for step in self.material.pipeline.stages if step.name in merged}

    def _save(self) -> None:
        """Keep what is known by now, so that a kill or a failing stage loses nothing."""
        complete = len(self.locked) == len(self.material.pipeline.stages)
        text = self.lock() if complete else dvclock.dump({**self._older(), **self.locked})
        self.bench.files.write(self.work / self.material.dvc_lock, text)
        if self.keep and (self.replace or any(run.outcome == "ran" for run in self.runs)):
            self.bench.files.write(self.bench.root / self.material.dvc_lock, text)
