"""What the specs and releases of some teams become in one environment: lowered, and spelled by its backends."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from windlass import __version__
from windlass.engine import generated, overlay, resolve
from windlass.engine import render as rendering
from windlass.engine.backend import FILE, declared
from windlass.engine.cast import Document
from windlass.engine.lower import cluster, images, managed, pipeline, secrets, training
from windlass.engine.lower.logstream import logstream
from windlass.engine.lower.monitor import monitor
from windlass.engine.lower.service import service
from windlass.engine.lower.tenancy import tenancy
from windlass.engine.lower.tracking import tracked, tracking
from windlass.flows.releasing import releases
from windlass.flows.training import material
from windlass.model import digests
from windlass.model.backend import Backend
from windlass.model.document import Document as Workload
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.model.workload import LogStream, Pipeline, Service
from windlass.ports import Files, Ports


@dataclass(frozen=True, slots=True)
class _Served:
    """One service in a cluster, the release that it comes from, and what it logs of its requests, if anything."""

    service: Service
    held: releases.Held
    stream: LogStream | None


def documents(
    ports: Ports, project: Project, environment: Environment, tree: Files, teams: Collection[str] | None = None
) -> list[Document]:
    """Where the environment trains: the documents of its pipelines backend, objects of a cluster or files at their places in the
    repository. What it serves: the documents of its serving backend and of what watches it; with a tenancy backend what each
    team lives in. Objects are one a file below `<namespace>/`; on this machine, which needs none of these, each release's
    workloads are JSON below `workloads/`. Releases are those that a ``tree`` holds of a commit. Datasets
    of others than ``teams``, which models read, are made with those others."""
    made: list[Document] = []
    runs = _runs(ports, project, environment)
    if environment.metadata.name == LOCAL or environment.spec.promotes_from is None:
        made += _training(ports, project, environment, runs, teams)
    made += (
        _here(ports, project, environment, tree)
        if environment.spec.target.kind == "local"
        else _cluster(ports, project, environment, runs, tree)
    )
    return made


def shared(ports: Ports, environment: Environment) -> list[Document]:
    """What an environment has once, whoever lives there: with an images backend, what images are built of."""
    backend = environment.spec.backends.images
    if backend is None or environment.spec.target.kind == "local":
        return []
    every = images.recipes(environment, ports.templates.tool_lock(), __version__)
    return _spelled(ports, environment, "images", backend, every)


def trains(ports: Ports, environment: Environment) -> bool:
    """Whether trainings become objects of a cluster here: they are made of what git tracks."""
    templates = ports.templates.files("pipelines", environment.spec.backends.pipelines)
    return environment.spec.promotes_from is None and declared(templates[FILE]).target == "kubernetes"


def trained(ports: Ports, project: Project, model: Loaded[Model], environment: Environment) -> Pipeline:
    """What trains a model in a cluster. Raises like `material.whole` and `training.placed`."""
    laid = overlay.lay(project, environment.metadata.name, model.source.value).value
    spec = resolve.effective(project, model.source.value, environment.metadata.name)
    effective = replace(model, spec=model.spec.model_copy(update={"spec": spec}))
    made = material.ingredients(ports, material.whole(ports, project, model, environment), laid)
    lowered = pipeline.pipeline(effective, project, environment)
    placed = training.placed(lowered, effective, project.environments[environment.metadata.name], made)
    return tracked(placed, environment, _about(ports, "tracking", environment.spec.backends.tracking).variables)


def _training(
    ports: Ports,
    project: Project,
    environment: Environment,
    runs: tuple[Pipeline, ...],
    teams: Collection[str] | None,
) -> list[Document]:
    templates = ports.templates.files("pipelines", environment.spec.backends.pipelines)
    if declared(templates[FILE]).target == "kubernetes":
        return _spelled(ports, environment, "pipelines", environment.spec.backends.pipelines, runs)
    datasets = [one for one in project.datasets.values() if teams is None or one.spec.metadata.team in teams]
    lowered = [
        *(pipeline.source(dataset, environment) for dataset in datasets),
        *(pipeline.pipeline(model, project, environment) for model in project.models.values()),
    ]
    return [Document(path, data) for one in lowered for path, data in generated.files(one, templates).items()]


def _runs(ports: Ports, project: Project, environment: Environment) -> tuple[Pipeline, ...]:
    """What trains in a cluster: nothing where the environment does not train, or its trainings are files for DVC."""
    if not trains(ports, environment):
        return ()
    return tuple(trained(ports, project, model, environment) for model in project.models.values())


def _cluster(
    ports: Ports,
    project: Project,
    environment: Environment,
    runs: tuple[Pipeline, ...],
    tree: Files,
) -> list[Document]:
    held = releases.current(ports, project, environment, None, tree)
    served = tuple(_served(ports, project, environment, held))
    uses = [*secrets.of_services(one.service for one in served), *secrets.of_pipelines(runs)]
    return [
        *_tenancies(ports, project, environment),
        *_serving(ports, environment, held, served),
        *_spelled(ports, environment, "secrets", environment.spec.backends.secrets, secrets.secrets(environment, uses)),
    ]


def of_releases(
    ports: Ports, project: Project, environment: Environment, held: Mapping[str, releases.Held]
) -> list[Document]:
    """What releases become in a cluster, and nothing that they share with others."""
    return _serving(ports, environment, held, tuple(_served(ports, project, environment, held)))


def _serving(
    ports: Ports, environment: Environment, held: Mapping[str, releases.Held], served: tuple[_Served, ...]
) -> list[Document]:
    made = _registered(ports, environment, held)
    services = (one.service for one in served)
    made += _spelled(ports, environment, "serving", environment.spec.backends.serving, services)
    for one in served:
        made += _watching(ports, environment, one)
    return made


def _served(
    ports: Ports, project: Project, environment: Environment, every: Mapping[str, releases.Held]
) -> Iterator[_Served]:
    """What an environment in a cluster serves at the commit that is checked out, in name order."""
    loaded = project.environments[environment.metadata.name]
    ours = _about(ports, "serving", environment.spec.backends.serving).target == "kubernetes"
    for held in every.values():
        spec, release = held.spec, held.release
        if spec.serving is not None:
            plain = service(spec, release, environment, cluster.PORT)
            if not ours:
                yield _Served(managed.placed(plain, release, environment), held, None)
                continue
            stream = logstream(spec, release, environment)
            yield _Served(cluster.placed(plain, spec, release, loaded, stream, held.lock), held, stream)


def _watching(ports: Ports, environment: Environment, one: _Served) -> list[Document]:
    """What surrounds a service: its monitor, where its serving backend says how it is measured, and its request log."""
    backends = environment.spec.backends
    metrics = _about(ports, "serving", backends.serving).metrics
    found: list[Document] = []
    if backends.monitoring and metrics:
        made = monitor(one.service, one.held.spec, one.held.release, environment, metrics)
        found += _spelled(ports, environment, "monitoring", backends.monitoring, (made,))
    if backends.logging and one.stream:
        found += _spelled(ports, environment, "logging", backends.logging, (one.stream,))
    return found


def _registered(ports: Ports, environment: Environment, held: Mapping[str, releases.Held]) -> list[Document]:
    """What the registry must say of every release, served or not; nothing where the environment names no tracker."""
    if environment.spec.tracking is None:
        return []
    every = (tracking(one.release, environment) for one in held.values())
    return _spelled(ports, environment, "tracking", environment.spec.backends.tracking, every)


def _tenancies(ports: Ports, project: Project, environment: Environment) -> list[Document]:
    """Every team's, also before it serves anything: its namespace is there when its first release comes."""
    backend = environment.spec.backends.tenancy
    if backend is None:
        return []
    every = (tenancy(team, environment) for team in project.teams.values())
    return _spelled(ports, environment, "tenancy", backend, every)


def _about(ports: Ports, axis: str, backend: str) -> Backend:
    return declared(ports.templates.files(axis, backend)[FILE])


def _spelled(
    ports: Ports, environment: Environment, axis: str, backend: str, workloads: Iterable[Workload]
) -> list[Document]:
    """The documents of workloads, as a backend spells them with the options of the environment."""
    files, options = ports.templates.files(axis, backend), environment.spec.options.get(axis, {})
    return [made for one in workloads for made in rendering.documents(files, one, options)]


def _here(ports: Ports, project: Project, environment: Environment, tree: Files) -> list[Document]:
    first = environment.spec.target.port or 0
    held = releases.current(ports, project, environment, None, tree)
    places = {slug: first + index for index, slug in enumerate(sorted(held))}
    work = releases.workloads(project, environment, held, places)
    return [
        Document(f"workloads/{one.team}/{one.model}/{kind}.json", digests.canonical(one.plain()) + b"\n")
        for kind, workloads in (("service", work.services), ("tracking", work.tracking))
        for one in workloads
    ]
