"""Workloads spelled for the `local` target: the kinds `PipelineRun`, `Alias` and `Process`, and the render digest.

A `Process` has two halves. ``runs`` is what the running program is made of: when it differs the process is replaced.
``carries`` leads back to git (release, generation): when only that differs, the record is relabelled and nothing stops.
Ports are placement on one machine, decided against what is observed, and stay out of the render digest.
"""

from collections.abc import Iterable
from typing import Any

from windlass.model import digests
from windlass.model.plan import Identity, Manifest
from windlass.model.workload import Pipeline, Service, Tracking, Workloads


def run_name(pipeline_name: str, inputs: str) -> str:
    """The name of a training run: by what goes in, so that the same inputs are the same run."""
    return f"{pipeline_name}-{digests.short(inputs, 10)}"


def pipeline_run(pipeline: Pipeline, inputs: str | None, spec: str) -> Manifest:
    """A training run that must have happened, and be released or proposed with the spec of this digest. Its inputs are None
    where its data was never collected: then the run has no name yet either."""
    name = run_name(pipeline.name, inputs) if inputs else f"{pipeline.name}-first"
    identity = Identity(kind="PipelineRun", name=name, owner=pipeline.slug)
    return Manifest(identity=identity, fields={"inputs": inputs, "proposed": spec})


def alias(tracking: Tracking) -> Manifest:
    """The registry's alias that projects a release."""
    identity = Identity(kind="Alias", name=f"{tracking.registered_model}@{tracking.alias}", owner=tracking.slug)
    return Manifest(identity=identity, fields={"model": tracking.model_digest})


def process(service: Service) -> Manifest:
    """The service as a process on this machine."""
    stable = service.variants[0]
    runs: dict[str, Any] = {
        "bento": stable.bento,
        "model": stable.model,
        "contract": service.contract.digest,
        "port": service.port,
        "env": [entry.plain() for entry in service.env],
    }
    carries = {"release": stable.release, "generation": stable.generation, "bentoTag": stable.bento_tag}
    return Manifest(identity=process_identity(service.name, service.slug), fields={"runs": runs, "carries": carries})


def process_identity(name: str, slug: str) -> Identity:
    """The identity of a model's process in one environment."""
    return Identity(kind="Process", name=name, owner=slug)


def serving(workloads: Workloads) -> tuple[Manifest, ...]:
    """All that releases ask for, in name order: alias, then process, model by model."""
    made = [alias(tracking) for tracking in workloads.tracking]
    made += [process(service) for service in workloads.services]
    return tuple(sorted(made, key=lambda manifest: (manifest.identity.owner, manifest.identity.kind)))


def render_digest(manifests: Iterable[Manifest]) -> str:
    """The digest of what is rendered from releases, without ports and without what only leads back to git."""
    return digests.of_value([_intent(manifest) for manifest in manifests])


def _intent(manifest: Manifest) -> dict[str, Any]:
    plain = manifest.plain()
    if manifest.identity.kind == "Process":
        runs = {key: value for key, value in manifest.fields["runs"].items() if key != "port"}
        plain["fields"] = {"runs": runs, "carries": {"release": manifest.fields["carries"]["release"]}}
    return plain
