"""Train a model for an environment: interpreters, data, stages, tests, gates, register, package, and the record of it all.

The record in the store, named by the `inputs` digest, is what "already trained" means. Whatever a kill leaves undone, the
same call does again: each step finds what the one before it kept. A cluster takes the same steps one by one (`flows/step.py`).
"""

from dataclasses import dataclass
from pathlib import Path

from windlass.engine import rendered_only
from windlass.flows import clean
from windlass.flows.training import candidates, judged, material, team_tests, trials, workfolder
from windlass.flows.training.candidates import FAILED
from windlass.flows.training.champions import Champions
from windlass.flows.training.closing import Closing, closing, requested
from windlass.flows.training.collect_data import collect_data
from windlass.flows.training.stages import Stages
from windlass.model import layout
from windlass.model.candidate import Candidate, DataPin, StageRun
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.ports import Ports, StageRunner


def wanted(ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment) -> str | None:
    """The inputs digest that the specs and code now ask for; None where its data was never collected. Cheap: files are
    hashed, nothing is started. Raises like `material.whole`."""
    return requested(ports, material.whole(ports, project, loaded, environment))


def settled(
    ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment, champions: Champions
) -> Candidate | None:
    """The recorded candidate, where `train` would find nothing at all to do; else None. As cheap as `wanted`."""
    run = _run(ports, project, loaded, environment, champions)
    return run.closing.settled(requested(ports, run.closing.found))


def train(
    ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment, champions: Champions
) -> Candidate:
    """The candidate that the specs and code now ask for, trained if the store does not have it. Raises `Findings` where the
    team's code, tests or data fail, `Refused` where a gate says no (WL401) or the tree is dirty (WL412)."""
    name = environment.metadata.name
    if name != LOCAL:
        clean.require(ports, name, ("specs",))
    run = _run(ports, project, loaded, environment, champions)
    found = run.closing.found
    known = run.closing.settled(requested(ports, found))
    if known is not None:
        return known
    with ports.runner(found.work, ports.root / layout.state(name, "store", "dvc")) as runner:
        runner.warm()
        return run.go(runner)


def _run(
    ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment, champions: Champions
) -> "_Run":
    rendered_only.require_trainable(loaded)
    found = material.whole(ports, project, loaded, environment)
    return _Run(ports, closing(ports, project, loaded, environment.metadata.name, found, champions))


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `train`: its ports and its end, which has all that it was asked with."""

    ports: Ports
    closing: Closing

    def go(self, runner: StageRunner) -> Candidate:
        """Every step, in order."""
        ports, store, found = self.ports, self.closing.store, self.closing.found
        python = ports.interpreters.ensure(found.model.lock, ports.progress)
        expected = requested(ports, found)
        if expected is None or self.closing.untrained(expected):
            # What follows will be needed unless data, a gate or a test says no, and starts while stages still run.
            self._warm(python)
        workfolder.fill(ports, found)
        data, collected = self._data(runner)
        inputs = material.requested(ports, found.model, {pin.dataset: pin.md5 for pin in data})
        known = candidates.recorded(store, self.closing.slug, inputs[0])
        stages = self._stages(runner, python, data, known)
        material.keep(store, found)
        draft = candidates.draft(ports, self.closing.loaded.spec, found, inputs, data, candidates.origin(ports, found))
        try:
            stages.run()
            values = judged.metrics(stages, self.closing.loaded)
            tests = team_tests.team_tests(stages, store, draft.inputs)
        except Findings as failure:
            candidates.keep(store, draft, outcome=FAILED, reason=str(failure), stages=(*collected, *stages.runs))
            raise
        fresh = known is None or known.outcome == FAILED or any(run.outcome == "ran" for run in stages.runs)
        if fresh or known is None:
            ran = (*collected, *stages.runs, *([tests] if tests else []))
            update = {
                "metrics": values,
                "params": {**draft.params, **trials.chosen(stages)},
                "stages": ran,
                "dvc_lock": store.put(stages.lock()),
                "finished_at": self._now(),
            }
            known = draft.model_copy(update=update)
        elif known.dvc_lock is None or not store.has(known.dvc_lock):
            known = known.model_copy(update={"dvc_lock": store.put(stages.lock())})
        known = self.closing.judge(known, stages)
        self.closing.register(known)
        return self.closing.record(self.closing.package(known, python))

    def _data(self, runner: StageRunner) -> tuple[tuple[DataPin, ...], tuple[StageRun, ...]]:
        found, store = self.closing.found, self.closing.store
        names = {ref.dataset: ref.name for ref in found.model.pipeline.inputs}
        pins, runs = [], []
        for slug, dataset in found.datasets.items():
            keep = self.closing.environment == LOCAL
            pin, stages = collect_data(self.ports, runner, store, found.work, names[slug], dataset, keep)
            stages.bring(dataset[0].spec.spec.source.out)
            pins.append(pin)
            runs += [StageRun(name=f"data {slug}", outcome=run.outcome, seconds=run.seconds) for run in stages.runs]
        return tuple(pins), tuple(runs)

    def _stages(self, runner: StageRunner, python: Path, data: tuple[DataPin, ...], known: Candidate | None) -> Stages:
        model, md5 = self.closing.found.model, {pin.dataset: pin.md5 for pin in data}
        keep, replace = self.closing.environment == LOCAL, not model.settled(md5)
        if known is not None and known.dvc_lock is not None and self.closing.store.has(known.dvc_lock):
            model = material.recorded(model, self.closing.store.get(known.dvc_lock))
        results = {model.path(ref.path): md5[ref.dataset] for ref in model.pipeline.inputs}
        return Stages(self.ports, runner, self.closing.found.work, model, python, keep, results, replace)

    def _warm(self, python: Path) -> None:
        self.ports.registry.warm()
        if self.closing.spec.serving is not None:
            self.ports.packager.warm(python)

    def _now(self) -> str:
        return self.ports.clock.now().isoformat(timespec="seconds")
