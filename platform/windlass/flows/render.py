"""The verb `render`: what the specs become in one environment, as files, without touching anything."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from windlass import __version__
from windlass.engine import generated, overlay, resolve
from windlass.engine import render as rendering
from windlass.engine.backend import FILE, declared
from windlass.engine.lower import cluster, images, pipeline, secrets, training
from windlass.engine.lower.logstream import logstream
from windlass.engine.lower.monitor import monitor
from windlass.engine.lower.service import service
from windlass.engine.lower.tenancy import tenancy
from windlass.engine.policy import manifests
from windlass.flows.releasing import releases
from windlass.flows.training import material
from windlass.model import digests
from windlass.model.diagnostic import Severity
from windlass.model.document import Document
from windlass.model.failure import Findings, Refused
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.model.workload import LogStream, Pipeline, Service
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class _Served:
    """One service in a cluster, the release that it comes from, and what it logs of its requests, if anything."""

    service: Service
    held: releases.Held
    stream: LogStream | None


def render(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    """Path to content. Where the environment trains: the documents of its pipelines backend, objects of a cluster or files at
    their places in the repository. What it serves: the documents of its serving backend and of what watches it; with a
    tenancy backend what each team lives in, with an images backend what images are built of. Objects are one a file below
    `<namespace>/`; on this machine, which needs none of these, each release's workloads are JSON below `workloads/`."""
    files: dict[str, bytes] = {}
    runs = _runs(ports, project, environment)
    if environment.metadata.name == LOCAL or environment.spec.promotes_from is None:
        files |= _training(ports, project, environment, runs)
    files |= (
        _here(ports, project, environment)
        if environment.spec.target.kind == "local"
        else _cluster(ports, project, environment, runs)
    )
    _permitted(ports, project, environment, files)
    return dict(sorted(files.items()))


def trained(ports: Ports, project: Project, model: Loaded[Model], environment: Environment) -> Pipeline:
    """What trains a model in a cluster. Raises like `material.whole` and `training.placed`."""
    laid = overlay.lay(project, environment.metadata.name, model.source.value).value
    spec = resolve.effective(project, model.source.value, environment.metadata.name)
    effective = replace(model, spec=model.spec.model_copy(update={"spec": spec}))
    made = material.ingredients(ports, material.whole(ports, project, model, environment), laid)
    lowered = pipeline.pipeline(effective, project, environment)
    return training.placed(lowered, effective, project.environments[environment.metadata.name], made)


def _permitted(ports: Ports, project: Project, environment: Environment, files: Mapping[str, bytes]) -> None:
    """Raise `Refused` where a policy over manifests says no (WL283). Nothing was written then; what only warns is said."""
    found = tuple(manifests.judged(project, environment, files, ports.clock.now().date().isoformat()))
    if any(one.severity is Severity.ERROR for one in found):
        raise Refused(found, sources={one.place.path: files[one.place.path].decode() for one in found if one.place})
    for one in found:
        ports.progress.note(f"{one.place}  {one.code}  {one.message}")


def _training(ports: Ports, project: Project, environment: Environment, runs: tuple[Pipeline, ...]) -> dict[str, bytes]:
    templates = ports.templates.files("pipelines", environment.spec.backends.pipelines)
    files: dict[str, bytes] = {}
    if declared(templates[FILE]).target == "kubernetes":
        return _spelled(ports, environment, "pipelines", environment.spec.backends.pipelines, runs)
    for dataset in project.datasets.values():
        files |= generated.files(pipeline.source(dataset, environment), templates)
    for model in project.models.values():
        files |= generated.files(pipeline.pipeline(model, project, environment), templates)
    return files


def _runs(ports: Ports, project: Project, environment: Environment) -> tuple[Pipeline, ...]:
    """What trains in a cluster: nothing where the environment does not train, or its trainings are files for DVC."""
    templates = ports.templates.files("pipelines", environment.spec.backends.pipelines)
    if environment.spec.promotes_from is not None or declared(templates[FILE]).target != "kubernetes":
        return ()
    return tuple(trained(ports, project, model, environment) for model in project.models.values())


def _cluster(ports: Ports, project: Project, environment: Environment, runs: tuple[Pipeline, ...]) -> dict[str, bytes]:
    backends = environment.spec.backends
    made = _joined(_tenancies(ports, project, environment), _images(ports, environment), f"images/{backends.images}")
    served = tuple(_served(ports, project, environment))
    for one in served:
        objects = _spelled(ports, environment, "serving", backends.serving, (one.service,))
        made = _joined(made, objects, f"serving/{backends.serving}")
        made = _joined(made, _watching(ports, environment, one), f"monitoring/{backends.monitoring}")
    uses = [*secrets.of_services(one.service for one in served), *secrets.of_pipelines(runs)]
    wanted = _spelled(ports, environment, "secrets", backends.secrets, secrets.secrets(environment, uses))
    return _joined(made, wanted, f"secrets/{backends.secrets}")


def _served(ports: Ports, project: Project, environment: Environment) -> Iterator[_Served]:
    """What an environment in a cluster serves at the commit that is checked out, in name order."""
    loaded = project.environments[environment.metadata.name]
    for held in releases.current(ports, project, environment, ports.git.head()).values():
        spec, release = held.spec, held.release
        if spec.serving is not None:
            stream = logstream(spec, release, environment)
            plain = service(spec, release, environment, cluster.PORT)
            yield _Served(cluster.placed(plain, spec, release, loaded, stream), held, stream)


def _watching(ports: Ports, environment: Environment, one: _Served) -> dict[str, bytes]:
    """What surrounds a service: its monitor, where its serving backend says how it is measured, and its request log."""
    backends = environment.spec.backends
    metrics = declared(ports.templates.files("serving", backends.serving)[FILE]).metrics
    found: dict[str, bytes] = {}
    if backends.monitoring and metrics:
        made = monitor(one.service, one.held.spec, one.held.release, environment, metrics)
        found |= _spelled(ports, environment, "monitoring", backends.monitoring, (made,))
    if backends.logging and one.stream:
        found |= _spelled(ports, environment, "logging", backends.logging, (one.stream,))
    return found


def _tenancies(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    """Every team's, also before it serves anything: its namespace is there when its first release comes."""
    backend = environment.spec.backends.tenancy
    if backend is None:
        return {}
    every = (tenancy(team, environment) for team in project.teams.values())
    return _spelled(ports, environment, "tenancy", backend, every)


def _images(ports: Ports, environment: Environment) -> dict[str, bytes]:
    backend = environment.spec.backends.images
    if backend is None:
        return {}
    every = images.recipes(environment, ports.templates.tool_lock(), __version__)
    return _spelled(ports, environment, "images", backend, every)


def _spelled(
    ports: Ports, environment: Environment, axis: str, backend: str, workloads: Iterable[Document]
) -> dict[str, bytes]:
    """The documents of workloads, as a backend spells them with the options of the environment."""
    files, options = ports.templates.files(axis, backend), environment.spec.options.get(axis, {})
    made: dict[str, bytes] = {}
    for one in workloads:
        made = _joined(made, rendering.render(files, one, options), f"{axis}/{backend}")
    return made


def _joined(made: dict[str, bytes], more: Mapping[str, bytes], whose: str) -> dict[str, bytes]:
    """Documents together. Raises `Findings` (WL276) where two would be one file."""
    if twice := sorted(made.keys() & more.keys()):
        message = f"backend {whose} made what cannot be used: a second document at `{twice[0]}`"
        raise Findings.one("WL276", message, "the paths of its documents must tell workloads apart")
    return {**made, **more}


def _here(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    name, first = environment.metadata.name, environment.spec.target.port or 0
    held = releases.current(ports, project, environment, None if name == LOCAL else ports.git.head())
    places = {slug: first + index for index, slug in enumerate(sorted(held))}
    work = releases.workloads(project, environment, held, places)
    return {
        f"workloads/{one.team}/{one.model}/{kind}.json": digests.canonical(one.plain()) + b"\n"
        for kind, workloads in (("service", work.services), ("tracking", work.tracking))
        for one in workloads
    }
