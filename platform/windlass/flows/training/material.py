"""What a training run is made of, read from the repository: code, locks and generated files, and its `inputs` digest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from windlass.engine import dvchash, dvclock, generated, inputs, lockfile, unchanged
from windlass.engine.lower import names, pipeline
from windlass.engine.lower.training import Ingredients
from windlass.model import digests, layout
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Project
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model
from windlass.model.workload import Pipeline, Step
from windlass.ports import Bench, Ports, Store

BYTECODE = "__pycache__"


@dataclass(frozen=True, slots=True)
class Material:
    """One pipeline and its files. ``code`` maps repository paths to bytes, ``lock`` is the requirements' pins, ``generated``
    what lies beside the code for the pipelines backend, ``entries`` what `dvc.lock` says: committed, and of the last run
    in this environment."""

    pipeline: Pipeline
    code: Mapping[str, bytes]
    lock: bytes
    generated: Mapping[str, bytes]
    entries: tuple[Mapping[str, dvclock.StageLock], ...]

    @property
    def dvc_lock(self) -> str:
        """Where the pipeline's `dvc.lock` is, in the repository and in a work folder alike."""
        return self.path("dvc.lock")

    @property
    def made(self) -> frozenset[str]:
        """Every path that a stage writes, in the repository."""
        return frozenset(self.path(out) for step in self.pipeline.stages for out in made_by(step))

    def path(self, relative: str) -> str:
        """A path of the spec as one of the repository."""
        return names.joined(self.pipeline.folder, relative)

    def settled(self, data: Mapping[str, str]) -> bool:
        """Whether the committed `dvc.lock` describes one run of just this; ``data`` is the md5 of each dataset."""
        inputs: dict[str, str | None] = {ref.path: data[ref.dataset] for ref in self.pipeline.inputs}
        deps = {dep for step in self.pipeline.stages for dep in step.deps}
        code = {dep: dvchash.within(self.code, self.path(dep)) for dep in deps}
        known = inputs | {dep: md5 for dep, md5 in code.items() if md5 is not None}
        return unchanged.consistent(self.pipeline, self.entries[0], known)

    def read_by(self, steps: Iterable[Step]) -> dict[str, bytes]:
        """The code that some steps read."""
        deps = [self.path(dep) for step in steps for dep in step.deps]
        return {
            path: data
            for path, data in self.code.items()
            if any(path == dep or path.startswith(dep + "/") for dep in deps)
        }


@dataclass(frozen=True, slots=True)
class Whole:
    """A model's material and that of its datasets by ``team/name``, and the folder in which all of it runs."""

    model: Material
    datasets: Mapping[str, tuple[Loaded[Dataset], Material]]
    work: Path


def whole(ports: Ports, project: Project, loaded: Loaded[Model], environment: Environment) -> Whole:
    """Read it all. Raises `Findings` for generated files and locks that are not what the specs ask for (WL301, WL302),
    for a `dvc.lock` that cannot be read (WL304), for deps that are not there or that git ignores (WL505)."""
    work = ports.root / layout.state(environment.metadata.name, "work", loaded.spec.metadata.slug)
    templates = ports.templates.files(*generated.BESIDE)
    lowered = pipeline.pipeline(loaded, project, environment)
    datasets = {ref.dataset: project.datasets[ref.dataset] for ref in lowered.inputs}
    sources = {
        slug: (dataset, pipeline.source(dataset, environment), dataset.spec.spec.source.requirements)
        for slug, dataset in sorted(datasets.items())
    }
    return Whole(
        model=_material(ports, lowered, loaded.spec.spec.pipeline.requirements, templates, work),
        datasets={
            slug: (dataset, _material(ports, source, requirements, templates, work))
            for slug, (dataset, source, requirements) in sources.items()
        },
        work=work,
    )


def requested(bench: Bench, found: Material, data: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    """The `inputs` digest and its record, given the md5 of each dataset."""
    code = {path: digests.of_bytes(content) for path, content in found.read_by(found.pipeline.stages).items()}
    lock = digests.of_bytes(found.lock)
    return inputs.inputs(found.pipeline, code, lock, bench.interpreters.python_minor(), data)


def archive(found: Whole) -> dict[str, str]:
    """All code that travels to where the model is trained: its path in the repository, and its digest."""
    parts = (found.model, *(part for _, part in found.datasets.values()))
    return {path: digests.of_bytes(content) for part in parts for path, content in part.code.items()}


def keep(store: Store, found: Whole) -> tuple[str, str]:
    """Let the store have the archive and the model's pins; their digests."""
    for part in (found.model, *(part for _, part in found.datasets.values())):
        for content in part.code.values():
            store.put(content)
    return store.put(digests.canonical(archive(found))), store.put(found.model.lock)


def documents(found: Whole, spec: Mapping[str, Any]) -> dict[str, Any]:
    """What a step reads besides code: the model's document (``spec``: under the environment's overlays), and of each dataset
    the document and the digest of its pins."""
    return {
        "model": dict(spec),
        "datasets": {
            slug: {"document": dataset.source.value, "lock": digests.of_bytes(part.lock)}
            for slug, (dataset, part) in found.datasets.items()
        },
    }


def ingredients(bench: Bench, found: Whole, spec: Mapping[str, Any]) -> Ingredients:
    """What a run in a cluster is made of now. ``spec`` is the model's document under the environment's overlays."""
    data = revisions(found)
    return Ingredients(
        code=digests.of_tree(archive(found)),
        lock=digests.of_bytes(found.model.lock),
        spec=digests.of_value(documents(found, spec)),
        data=data,
        inputs=None if data is None else requested(bench, found.model, data)[0],
    )


def revisions(found: Whole) -> dict[str, str] | None:
    """The md5 of each dataset, from when its source stage last ran as it stands now; None where one never did."""
    known = {slug: revision(source) for slug, (_, source) in found.datasets.items()}
    return None if None in known.values() else {slug: md5 for slug, md5 in known.items() if md5}


def recorded(found: Material, dvc_lock: bytes) -> Material:
    """The material, knowing one more `dvc.lock`: that of a candidate in the store."""
    return replace(found, entries=(*found.entries, dvclock.parse(dvc_lock)))


def revision(found: Material) -> str | None:
    """The md5 of what a dataset's source stage wrote when it last ran as it stands now; None where it never did."""
    (step,) = found.pipeline.stages
    now = unchanged.asked(found.pipeline, step, {dep: dvchash.within(found.code, found.path(dep)) for dep in step.deps})
    for entries in found.entries:
        if unchanged.reason(now, entries.get(step.name), lambda _: True) is None:
            return entries[step.name].outs[step.outs[0]]
    return None


def declared(lowered: Pipeline) -> set[str]:
    """What steps read and no stage makes, data apart: files and folders of the repository."""
    made = {names.joined(lowered.folder, out) for step in lowered.stages for out in made_by(step)}
    data = {names.joined(lowered.folder, ref.path) for ref in lowered.inputs}
    deps = {names.joined(lowered.folder, dep) for step in lowered.steps for dep in step.deps} - data
    return {dep for dep in deps if not any(names.overlaps(dep, out) for out in made)}


def made_by(step: Step) -> tuple[str, ...]:
    """Every path that a step writes, relative to its pipeline's folder."""
    return (*step.outs, *(file.path for file in step.metrics))


def _material(ports: Ports, lowered: Pipeline, requirements: str, templates: Mapping[str, str], work: Path) -> Material:
    wanted = generated.files(lowered, templates)
    asked, lock = (names.joined(lowered.folder, path) for path in (requirements, lowered.requirements))
    actual = {path: ports.files.read(ports.root / path) for path in (*wanted, asked, lock)}
    wrong = (*generated.differences(lowered, templates, actual), *generated.lock_findings(asked, lock, actual))
    if wrong:
        raise Findings(wrong)
    return Material(
        pipeline=lowered,
        code=_code(ports, lowered),
        lock=lockfile.body(actual[lock] or b""),
        generated=wanted,
        entries=_entries(ports, names.joined(lowered.folder, "dvc.lock"), work),
    )


def _code(ports: Ports, lowered: Pipeline) -> dict[str, bytes]:
    """The files that steps read and no stage makes: those that git tracks or would track."""
    deps = declared(lowered)
    roots = sorted({lowered.folder} | {dep for dep in deps if not dep.startswith(lowered.folder + "/")})
    known = {path for root in roots for path in ports.git.tracked(root)} | set(ports.git.dirty(roots))
    found: dict[str, bytes] = {}
    missing = []
    for dep in sorted(deps):
        files = {
            path: ports.files.read(ports.root / path) for path in known if path == dep or path.startswith(dep + "/")
        }
        read = {path: content for path, content in files.items() if content is not None and BYTECODE not in path}
        found |= read
        if not read:
            missing.append(_missing(ports, lowered, dep))
    if missing:
        raise Findings(missing)
    return dict(sorted(found.items()))


def _missing(ports: Ports, lowered: Pipeline, dep: str) -> Diagnostic:
    there = (ports.root / dep).exists()
    why = "git ignores it, so it would not travel" if there else "there is no such file"
    hint = (
        "track it with git, or make it the output of a stage or a dataset" if there else "write it, or correct the name"
    )
    return Diagnostic("WL505", f"`{dep}` is a dep of {lowered.slug}, but {why}", Place(lowered.source), hint)


def _entries(ports: Ports, path: str, work: Path) -> tuple[Mapping[str, dvclock.StageLock], ...]:
    try:
        committed = dvclock.parse(ports.files.read(ports.root / path))
    except ValueError as error:
        hint = "take either side of the conflict, or delete the file: what is missing is made again"
        raise Findings.one("WL304", f"`{path}` cannot be read: {error}", hint, Place(path)) from error
    try:
        return committed, dvclock.parse(ports.files.read(work / path))
    except ValueError:
        return (committed,)  # ours, half written by a kill: then it says nothing
