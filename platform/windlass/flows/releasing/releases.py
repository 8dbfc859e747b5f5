"""The releases that one environment is asked to serve: from the commit being applied, or from `.windlass/` for `local`."""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass.engine import release as releases
from windlass.engine import resolve
from windlass.engine.lower.service import service
from windlass.engine.lower.tracking import tracking
from windlass.flows.releasing import shelf
from windlass.flows.training.champions import Champions, champions
from windlass.model import layout
from windlass.model.project import Loaded, Project
from windlass.model.release import Evidence, Release
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model, ModelSpec
from windlass.model.workload import Workloads
from windlass.ports import Files, Ports


@dataclass(frozen=True, slots=True)
class Held:
    """One release as an environment holds it: the pin, the promoted spec with the environment's overlays, the evidence."""

    release: Release
    spec: ModelSpec
    evidence: Evidence
    files: Mapping[str, bytes]

    @property
    def lock(self) -> str | None:
        """The digest of the pins that the model runs on."""
        return self.evidence.trained.requirements if self.evidence.trained else None


def current(
    ports: Ports,
    project: Project,
    environment: Environment,
    base: str | None,
    tree: Files | None = None,
) -> dict[str, Held]:
    """``team/model`` to what is held at a commit, or by a ``tree`` that holds a part of one. Raises `Refused` (WL421) where a
    folder does not verify."""
    name = environment.metadata.name
    if name == LOCAL:
        folders = shelf.local(ports)
    else:
        folders = shelf.within(ports, name, tree) if tree is not None else shelf.committed(ports, name, base)
    return {
        slug: _held(project, name, files, layout.release_folder(name, slug)) for slug, files in sorted(folders.items())
    }


def compared(project: Project, environment: Environment, held: Mapping[str, Held], loaded: Loaded[Model]) -> Champions:
    """What the gates of a model compare with, among all that is held."""
    spec = resolve.effective(project, loaded.source.value, environment.metadata.name)
    return champions(loaded.spec.metadata.slug, spec, lambda slug: held[slug].release if slug in held else None)


def workloads(
    project: Project, environment: Environment, held: Mapping[str, Held], ports: Mapping[str, int]
) -> Workloads:
    """Services and registry aliases of what is held."""
    name = environment.metadata.name
    serving = [slug for slug, one in held.items() if one.spec.serving is not None]
    return Workloads(
        environment=name,
        services=tuple(service(held[slug].spec, held[slug].release, environment, ports[slug]) for slug in serving),
        tracking=tuple(tracking(one.release, environment) for one in held.values()),
        rehearsed=environment.spec.rehearsed,
    )


def _held(project: Project, environment: str, files: Mapping[str, bytes], folder: str) -> Held:
    found = releases.parse(files, folder)
    return Held(found.release, resolve.effective(project, found.spec, environment), found.evidence, files)
