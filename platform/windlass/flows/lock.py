"""Write what lies beside the specs and is not written by people: requirements locks, dvc.yaml, params.json, .gitignore;
and make the interpreters that the locks describe.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from windlass.engine import generated, lockfile, rendered_only, resolve
from windlass.engine.lower import names, pipeline
from windlass.model.diagnostic import Place
from windlass.model.failure import Failure, Findings
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL
from windlass.model.workload import Pipeline
from windlass.ports import Ports

Outcome = Literal["fresh", "written", "removed"]


@dataclass(frozen=True, slots=True)
class Locked:
    """What became of the files of one model or dataset. ``python`` is the interpreter of its lock; None where nothing here
    would ever run in it."""

    slug: str
    kind: Literal["model", "dataset"]
    files: Mapping[str, Outcome]
    python: Path | None

    @property
    def written(self) -> tuple[str, ...]:
        """The files that were not as they must be, those that must not be among them."""
        return tuple(path for path, outcome in sorted(self.files.items()) if outcome != "fresh")


def lock(
    ports: Ports, project: Project, slugs: tuple[str, ...] | None = None, upgrade: bool = False
) -> tuple[Locked, ...]:
    """Bring the files of these models (None: of all) and of their datasets up to date. A lock whose requirements did not
    change is left alone unless ``upgrade`` asks for the newest versions that still fit.

    Raises `Findings` with every requirements file that is missing (WL303) or cannot be resolved (WL560), after all others
    were done; `World` where the package index is needed and not there (WL561)."""
    done: list[Locked] = []
    wrong: list[Findings] = []
    unused = {slug for slug, loaded in project.models.items() if rendered_only.says(loaded)}
    for kind, lowered, requirements in _pipelines(project, slugs):
        try:
            made = _lock(ports, kind, lowered, requirements, upgrade)
            idle = kind == "model" and lowered.slug in unused
            done.append(made if idle else replace(made, python=_interpreter(ports, lowered)))
        except Findings as failure:
            wrong.append(failure)
    if wrong:
        diagnostics = [diagnostic for failure in wrong for diagnostic in failure.diagnostics]
        raise Findings(diagnostics, output="\n".join(failure.output for failure in wrong if failure.output))
    return tuple(done)


def _pipelines(
    project: Project, slugs: tuple[str, ...] | None
) -> Iterator[tuple[Literal["model", "dataset"], Pipeline, str]]:
    environment = resolve.environment(project, LOCAL, rehearse=False)
    models = [loaded for slug, loaded in sorted(project.models.items()) if slugs is None or slug in slugs]
    lowered = [(pipeline.pipeline(loaded, project, environment), loaded) for loaded in models]
    named = {ref.dataset for one, _ in lowered for ref in one.inputs}
    for slug, dataset in sorted(project.datasets.items()):
        if slugs is None or slug in named:
            yield "dataset", pipeline.source(dataset, environment), dataset.spec.spec.source.requirements
    for one, loaded in lowered:
        yield "model", one, loaded.spec.spec.pipeline.requirements


def _lock(
    ports: Ports, kind: Literal["model", "dataset"], lowered: Pipeline, requirements: str, upgrade: bool
) -> Locked:
    templates = ports.templates.files(*generated.BESIDE)
    asked, pins = (names.joined(lowered.folder, path) for path in (requirements, lowered.requirements))
    files = {**generated.files(lowered, templates), pins: _pins(ports, lowered, asked, pins, upgrade)}
    outcomes: dict[str, Outcome] = {}
    for path, data in files.items():
        outcomes[path] = "fresh" if ports.files.read(ports.root / path) == data else "written"
        ports.files.write(ports.root / path, data)
    beside = generated.beside(lowered, templates)
    for path in generated.left_over(files, beside, {path: ports.files.read(ports.root / path) for path in beside}):
        ports.files.remove(ports.root / path)
        outcomes[path] = "removed"
    return Locked(lowered.slug, kind, outcomes, None)


def _interpreter(ports: Ports, lowered: Pipeline) -> Path:
    """What the lock describes, with all its packages: a model that is only rendered costs nobody a download."""
    pins = ports.files.read(ports.root / names.joined(lowered.folder, lowered.requirements))
    return ports.interpreters.ensure(pins or b"", ports.progress)


def _pins(ports: Ports, lowered: Pipeline, asked: str, pins: str, upgrade: bool) -> bytes:
    requirements, before = (ports.files.read(ports.root / path) for path in (asked, pins))
    if requirements is None:
        hint = "name the packages that the code imports, one a line"
        raise Findings.one("WL303", f"{lowered.slug} has no `{asked}`", hint, Place(lowered.source))
    if (
        before is not None
        and not upgrade
        and not lockfile.stale(requirements, before)
        and not lockfile.unhashed(before)
    ):
        return before
    ports.progress.note(f"locking {asked}")
    try:
        resolved = ports.interpreters.compile(requirements, None if upgrade else before)
    except Findings as failure:
        raise _named(failure, asked) from failure
    return lockfile.assemble(requirements, resolved)


def _named(failure: Failure, asked: str) -> Findings:
    (diagnostic,) = failure.diagnostics
    message = f"`{asked}` cannot be resolved"
    return Findings.one(diagnostic.code, message, diagnostic.hint, Place(asked), output=failure.output)
