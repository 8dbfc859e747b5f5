"""The verb `render`: what the specs become in one environment, as files, without touching anything."""

from windlass.engine import generated
from windlass.engine.lower import pipeline
from windlass.flows.releasing import releases
from windlass.model import digests
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Ports


def render(ports: Ports, project: Project, environment: Environment) -> dict[str, bytes]:
    """Path to content. Where the environment trains: the files of its pipelines backend, at their places in the repository.
    What it serves: each release's workloads as JSON below `workloads/`, in the neutral form that every target spells."""
    name, spec = environment.metadata.name, environment.spec
    files: dict[str, bytes] = {}
    if name == LOCAL or spec.promotes_from is None:
        templates = ports.templates.files("pipelines", spec.backends.pipelines)
        for dataset in project.datasets.values():
            files |= generated.files(pipeline.source(dataset, environment), templates)
        for model in project.models.values():
            files |= generated.files(pipeline.pipeline(model, project, environment), templates)
    held = releases.current(ports, project, environment, None if name == LOCAL else ports.git.head())
    first = spec.target.port or 0
    served = releases.workloads(
        project, environment, held, {slug: first + index for index, slug in enumerate(sorted(held))}
    )
    for kind, workloads in (("service", served.services), ("tracking", served.tracking)):
        for one in workloads:
            files[f"workloads/{one.team}/{one.model}/{kind}.json"] = digests.canonical(one.plain()) + b"\n"
    return dict(sorted(files.items()))
