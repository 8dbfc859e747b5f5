"""Train a model for an environment: interpreters, data, stages, tests, gates, register, package, and the record of it all.

The record in the store, named by the `inputs` digest, is what "already trained" means. Whatever a kill leaves undone, the
same call does again: each step finds what the one before it kept.
"""

from dataclasses import dataclass
from pathlib import Path

from windlass.engine import gates, resolve
from windlass.engine.lower.service import model_format
from windlass.flows import clean
from windlass.flows.training import candidates, judged, material, registry, team_tests, workfolder
from windlass.flows.training.candidates import FAILED, PASSED, REFUSED
from windlass.flows.training.collect_data import collect_data
from windlass.flows.training.material import Whole
from windlass.flows.training.packaging import Packaging
from windlass.flows.training.stages import Stages
from windlass.model import digests, layout
from windlass.model.candidate import Candidate, DataPin, ModelPin, StageRun
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Project
from windlass.model.release import Release
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model, ModelSpec
from windlass.ports import Ports, StageRunner, Store


def wanted(ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment) -> str | None:
    """The inputs digest that the specs and code now ask for; None where its data was never collected. Cheap: files are
    hashed, nothing is started. Raises like `material.whole`."""
    return _requested(ports, material.whole(ports, project, loaded, environment))


def settled(
    ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment, champion: Release | None
) -> Candidate | None:
    """The recorded candidate, where `train` would find nothing at all to do; else None. As cheap as `wanted`."""
    return _run(ports, project, loaded, environment, champion).settled()


def train(
    ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment, champion: Release | None
) -> Candidate:
    """The candidate that the specs and code now ask for, trained if the store does not have it. Raises `Findings` where the
    team's code, tests or data fail, `Refused` where a gate says no (WL401) or the tree is dirty (WL412)."""
    name = environment.metadata.name
    if name != LOCAL:
        clean.require(ports, name, ("specs",))
    run = _run(ports, project, loaded, environment, champion)
    known = run.settled()
    if known is not None:
        return known
    with ports.runner(run.found.work, ports.root / layout.state(name, "store", "dvc")) as runner:
        runner.warm()
        return run.go(runner)


def _run(
    ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment, champion: Release | None
) -> "_Run":
    found = material.whole(ports, project, loaded, environment)
    name = environment.metadata.name
    spec = resolve.effective(project, loaded.source.value, name)
    packaging = Packaging(loaded.spec.metadata.slug, spec, found.model.lock)
    return _Run(ports, project, loaded, name, spec, ports.store(name), found, packaging, champion)


def _requested(ports: Ports, found: Whole) -> str | None:
    data = material.revisions(found)
    return None if data is None else material.requested(ports, found.model, data)[0]


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `train`: what it was asked with, and its steps."""

    ports: Ports
    project: Project
    loaded: Loaded[Model]
    environment: str
    spec: ModelSpec
    store: Store
    found: Whole
    packaging: Packaging
    champion: Release | None

    def settled(self) -> Candidate | None:
        """The recorded candidate, if its gates (as they are now), tests, model and bento leave nothing to do."""
        inputs = _requested(self.ports, self.found)
        known = None if inputs is None else candidates.recorded(self.store, self._slug(), inputs)
        if known is None or known.outcome != PASSED or known.model is None:
            return None
        tried = judged.Tried(known.inputs, known.metrics, known.data, known.model.digest)
        results = judged.judge(self.spec, tried, self.champion)
        kept = (known.model.digest, known.code, known.lock, known.dvc_lock)
        whole = (
            all(result.passed for result in results)
            and known.model.registry == self._registered_name()
            and known.bento == self.packaging.built(self.store, known.model)
            and all(digest is None or self.store.has(digest) for digest in kept)
            and team_tests.passed(self.store, self.found.model, known.inputs)
            and (self.environment != LOCAL or self.found.model.settled({pin.dataset: pin.md5 for pin in known.data}))
        )
        return known if whole else None

    def go(self, runner: StageRunner) -> Candidate:
        """Every step, in order."""
        python = self.ports.interpreters.ensure(self.found.model.lock, self.ports.progress)
        expected = _requested(self.ports, self.found)
        if expected is None or self._untrained(expected):
            # What follows will be needed unless data, a gate or a test says no, and starts while stages still run.
            self._warm(python)
        workfolder.fill(self.ports, self.found)
        data, collected = self._data(runner)
        inputs = material.requested(self.ports, self.found.model, {pin.dataset: pin.md5 for pin in data})
        known = candidates.recorded(self.store, self._slug(), inputs[0])
        stages = self._stages(runner, python, data, known)
        draft = candidates.draft(self.ports, self.store, self.loaded.spec, self.found, inputs, data)
        try:
            stages.run()
            values = judged.metrics(stages, self.loaded)
            tests = team_tests.team_tests(stages, self.store, draft.inputs)
        except Findings as failure:
            candidates.keep(self.store, draft, outcome=FAILED, reason=str(failure), stages=(*collected, *stages.runs))
            raise
        fresh = known is None or known.outcome == FAILED or any(run.outcome == "ran" for run in stages.runs)
        if fresh or known is None:
            ran = (*collected, *stages.runs, *([tests] if tests else []))
            update = {
                "metrics": values,
                "stages": ran,
                "dvc_lock": self.store.put(stages.lock()),
                "finished_at": self._now(),
            }
            known = draft.model_copy(update=update)
        elif known.dvc_lock is None or not self.store.has(known.dvc_lock):
            known = known.model_copy(update={"dvc_lock": self.store.put(stages.lock())})
        return self._finish(known, stages)

    def _data(self, runner: StageRunner) -> tuple[tuple[DataPin, ...], tuple[StageRun, ...]]:
        names = {ref.dataset: ref.name for ref in self.found.model.pipeline.inputs}
        pins, runs = [], []
        for slug, dataset in self.found.datasets.items():
            keep = self.environment == LOCAL
            pin, stages = collect_data(self.ports, runner, self.store, self.found.work, names[slug], dataset, keep)
            stages.bring(dataset[0].spec.spec.source.out)
            pins.append(pin)
            runs += [StageRun(name=f"data {slug}", outcome=run.outcome, seconds=run.seconds) for run in stages.runs]
        return tuple(pins), tuple(runs)

    def _stages(self, runner: StageRunner, python: Path, data: tuple[DataPin, ...], known: Candidate | None) -> Stages:
        model, md5 = self.found.model, {pin.dataset: pin.md5 for pin in data}
        keep, replace = self.environment == LOCAL, not model.settled(md5)
        if known is not None and known.dvc_lock is not None and self.store.has(known.dvc_lock):
            model = material.recorded(model, self.store.get(known.dvc_lock))
        results = {model.path(ref.path): md5[ref.dataset] for ref in model.pipeline.inputs}
        return Stages(self.ports, runner, self.found.work, model, python, keep, results, replace)

    def _finish(self, candidate: Candidate, stages: Stages) -> Candidate:
        """Gates, register, package, record."""
        progress = self.ports.progress
        progress.begin("gates")
        model = self._model(stages)
        tried = judged.Tried(candidate.inputs, candidate.metrics, candidate.data, model.digest)
        results = judged.judge(self.spec, tried, self.champion)
        wrong = "; ".join(gates.sentence(result) for result in results if not result.passed)
        progress.point("train.gates")
        progress.end("gates", "refused" if wrong else "passed", judged.summary(results))
        if wrong:
            refused = {"reason": wrong, "gates": results, "model": None, "bento": None}
            candidates.keep(self.store, candidate, outcome=REFUSED, **refused)
            judged.require(self.project, self.loaded, self.environment, tried, self.champion)
        passed = {"outcome": PASSED, "reason": "", "gates": results, "model": model}
        candidate = candidate.model_copy(update=passed)
        progress.begin("register", model.registry)
        registry.restore(self.ports, self.project, model.registry)
        version = registry.register(self.ports, self.environment, candidate, self.spec)
        progress.end(
            "register", f"version {version}", f"{model.registry}  {digests.PREFIX}{digests.short(model.digest)}"
        )
        bento = self.packaging.package(self.ports, self.environment, stages.python, model)
        candidate = candidates.keep(self.store, candidate, bento=bento)
        progress.point("train.recorded")
        return candidate

    def _model(self, stages: Stages) -> ModelPin:
        """The trained bytes, in the store; a single file as a folder of one."""
        place = stages.bring(self.spec.pipeline.model)
        if place.is_file():
            folder = self.found.work / "logs" / "model"
            self.ports.files.remove(folder)
            self.ports.files.write(folder / place.name, place.read_bytes())
            place = folder
        digest = self.store.put_folder(place)
        return ModelPin(registry=self._registered_name(), digest=digest, format=model_format(self.spec))

    def _untrained(self, inputs: str) -> bool:
        known = candidates.recorded(self.store, self._slug(), inputs)
        return known is None or known.outcome == FAILED

    def _warm(self, python: Path) -> None:
        self.ports.registry.warm()
        if self.spec.serving is not None:
            self.ports.packager.warm(python)

    def _slug(self) -> str:
        return self.loaded.spec.metadata.slug

    def _registered_name(self) -> str:
        return self.spec.registry.name or self._slug().replace("/", "-")

    def _now(self) -> str:
        return self.ports.clock.now().isoformat(timespec="seconds")
