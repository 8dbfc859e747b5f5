"""The end of a training, the same on a laptop and in a pod: what is settled already, and gates, register, package, record."""

from dataclasses import dataclass
from pathlib import Path

from windlass.engine import gates, resolve
from windlass.engine.lower.service import model_format
from windlass.flows.training import candidates, judged, material, registry, team_tests
from windlass.flows.training.candidates import PASSED, REFUSED
from windlass.flows.training.champions import Champions
from windlass.flows.training.material import Whole
from windlass.flows.training.packaging import Packaging
from windlass.flows.training.stages import Stages
from windlass.model import digests
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL
from windlass.model.specs.model import Model, ModelSpec
from windlass.ports import Bench, Store


@dataclass(frozen=True, slots=True)
class Closing:
    """One training of one model for an environment, seen from its end. ``champions`` are the releases that its gates
    compare with."""

    bench: Bench
    project: Project
    loaded: Loaded[Model]
    environment: str
    spec: ModelSpec
    store: Store
    found: Whole
    packaging: Packaging
    champions: Champions

    def settled(self, inputs: str | None) -> Candidate | None:
        """The candidate that is recorded of these inputs, if its gates (as they are now), tests, model and bento leave nothing
        to do."""
        known = None if inputs is None else candidates.recorded(self.store, self.slug, inputs)
        if known is None or known.outcome != PASSED or known.model is None:
            return None
        tried = judged.Tried(known.inputs, known.metrics, known.data, known.model.digest)
        results = judged.judge(self.spec, tried, self.champions)
        kept = (known.model.digest, known.code, known.lock, known.dvc_lock)
        whole = (
            all(result.passed for result in results)
            and known.model.registry == self.spec.registry.of(self.slug)
            and known.bento == self.packaging.built(self.store, known.model)
            and all(digest is None or self.store.has(digest) for digest in kept)
            and team_tests.passed(self.store, self.found.model, known.inputs)
            and (self.environment != LOCAL or self.found.model.settled({pin.dataset: pin.md5 for pin in known.data}))
        )
        return known if whole else None

    def untrained(self, inputs: str) -> bool:
        """Whether no run of these inputs has come to its gates yet."""
        known = candidates.recorded(self.store, self.slug, inputs)
        return known is None or known.outcome == candidates.FAILED

    def judge(self, candidate: Candidate, stages: Stages) -> Candidate:
        """The candidate with its model, once every gate has passed. Raises `Refused` (WL401), which is recorded."""
        progress = self.bench.progress
        progress.begin("gates")
        model = self._model(stages)
        tried = judged.Tried(candidate.inputs, candidate.metrics, candidate.data, model.digest)
        results = judged.judge(self.spec, tried, self.champions)
        wrong = "; ".join(gates.sentence(result) for result in results if not result.passed)
        progress.point("train.gates")
        progress.end("gates", "refused" if wrong else "passed", judged.summary(results))
        if wrong:
            refused = {"reason": wrong, "gates": results, "model": None, "bento": None}
            candidates.keep(self.store, candidate, outcome=REFUSED, **refused)
            judged.require(self.project, self.loaded, self.environment, tried, self.champions)
        passed = {"outcome": PASSED, "reason": "", "gates": results, "model": model}
        return candidate.model_copy(update=passed)

    def register(self, candidate: Candidate) -> None:
        """A version of the registered model that holds the candidate's bytes, where there is a registry."""
        model, progress = candidate.model, self.bench.progress
        assert model is not None  # `judge` gave it one
        progress.begin("register", model.registry)
        if self.bench.registry is None:
            told, about = "left out", "no tracker is named, and no registry lies in a bucket"
        else:
            registry.restore(self.bench, self.project, self.slug, model.registry)
            version = registry.register(self.bench, self.environment, candidate, self.spec)
            told, about = f"version {version}", f"{digests.PREFIX}{digests.short(model.digest)}"
        progress.end("register", told, f"{model.registry}  {about}")

    def package(self, candidate: Candidate, python: Path) -> Candidate:
        """The candidate with its bento, built or found; without one where the spec serves nothing."""
        assert candidate.model is not None
        bento = self.packaging.package(self.bench, self.environment, python, candidate.model)
        return candidate.model_copy(update={"bento": bento})

    def record(self, candidate: Candidate) -> Candidate:
        """What it comes to, where everybody looks for it."""
        kept = candidates.keep(self.store, candidate)
        self.bench.progress.point("train.recorded")
        return kept

    @property
    def slug(self) -> str:
        """``team/model``."""
        return self.loaded.spec.metadata.slug

    def _model(self, stages: Stages) -> ModelPin:
        """The trained bytes, in the store; a single file as a folder of one."""
        place = stages.bring(self.spec.pipeline.model)
        if place.is_file():
            folder = self.found.work / "logs" / "model"
            self.bench.files.remove(folder)
            self.bench.files.write(folder / place.name, place.read_bytes())
            place = folder
        digest = self.store.put_folder(place)
        return ModelPin(registry=self.spec.registry.of(self.slug), digest=digest, format=model_format(self.spec))


def closing(
    bench: Bench, project: Project, loaded: Loaded[Model], environment: str, found: Whole, champions: Champions
) -> Closing:
    """The end of a model's training, with the environment's store and overlays."""
    spec = resolve.effective(project, loaded.source.value, environment)
    packaging = Packaging(loaded.spec.metadata.slug, spec, found.model.lock)
    return Closing(bench, project, loaded, environment, spec, bench.store(environment), found, packaging, champions)


def requested(bench: Bench, found: Whole) -> str | None:
    """The `inputs` digest that specs and code ask for now; None where data was never collected."""
    data = material.revisions(found)
    return None if data is None else material.requested(bench, found.model, data)[0]
