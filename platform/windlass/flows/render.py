"""The verb `render`: what the specs become in one environment, as files, without touching anything."""

from dataclasses import replace

from windlass.engine import generated, overlay, resolve
from windlass.engine import render as rendering
from windlass.engine.lower import cluster, pipeline, training
from windlass.engine.lower.service import service
from windlass.flows.releasing import releases
from windlass.flows.training import material
from windlass.model import digests
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.model.specs.model import Model
from windlass.model.workload import Pipeline, Service
from windlass.ports import Ports


def render(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    """Path to content. Where the environment trains: the documents of its pipelines backend, objects of a cluster or files at
    their places in the repository. What it serves: the documents of its serving backend. Objects are one a file below
    `<namespace>/`; on this machine, which needs none, each release's workloads are JSON below `workloads/`."""
    files: dict[str, bytes] = {}
    if environment.metadata.name == LOCAL or environment.spec.promotes_from is None:
        files |= _training(ports, project, environment)
    files |= (
        _here(ports, project, environment)
        if environment.spec.target.kind == "local"
        else _cluster(ports, project, environment)
    )
    return dict(sorted(files.items()))


def documents(ports: Ports, environment: Environment, one: Service) -> dict[str, bytes]:
    """The objects of a service in a cluster, by their path."""
    return rendering.render(ports.templates.files("serving", environment.spec.backends.serving), one)


def services(ports: Ports, project: Project, environment: Environment) -> tuple[Service, ...]:
    """What an environment in a cluster serves at the commit that is checked out, in name order."""
    loaded = project.environments[environment.metadata.name]
    held = releases.current(ports, project, environment, ports.git.head())
    return tuple(
        cluster.placed(service(one.spec, one.release, environment, cluster.PORT), one.spec, one.release, loaded)
        for one in held.values()
        if one.spec.serving is not None
    )


def trained(ports: Ports, project: Project, model: Loaded[Model], environment: Environment) -> Pipeline:
    """What trains a model in a cluster. Raises like `material.whole` and `training.placed`."""
    laid = overlay.lay(project, environment.metadata.name, model.source.value).value
    spec = resolve.effective(project, model.source.value, environment.metadata.name)
    effective = replace(model, spec=model.spec.model_copy(update={"spec": spec}))
    made = material.ingredients(ports, material.whole(ports, project, model, environment), laid)
    lowered = pipeline.pipeline(effective, project, environment)
    return training.placed(lowered, effective, project.environments[environment.metadata.name], made)


def _training(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    templates = ports.templates.files("pipelines", environment.spec.backends.pipelines)
    files: dict[str, bytes] = {}
    if rendering.target(templates) == "kubernetes":
        for model in project.models.values():
            files |= rendering.render(templates, trained(ports, project, model, environment))
        return files
    for dataset in project.datasets.values():
        files |= generated.files(pipeline.source(dataset, environment), templates)
    for model in project.models.values():
        files |= generated.files(pipeline.pipeline(model, project, environment), templates)
    return files


def _cluster(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    return {
        path: data
        for one in services(ports, project, environment)
        for path, data in documents(ports, environment, one).items()
    }


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
