"""Lower a release to the service that serves it: contract, probes and defaults decided here, backend-neutral."""

from typing import Any

from windlass.engine.lower.names import name
from windlass.engine.lower.quantities import resources
from windlass.model import digests
from windlass.model.failure import Findings
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import ModelSpec, Serving
from windlass.model.workload import Contract, EnvEntry, Probe, Probes, Scale, Service, Variant

FORMATS = {"keras": "keras-v3", "sklearn": "sklearn-skops"}
"""A model format of a spec to the form that is stored and loaded."""
RENDERED_ONLY = frozenset({"keras"})
"""Formats that this version can spell and not yet register, package and serve."""
PROBES = Probes(
    # a server's port accepts before its model is loaded, and hangs; so the start gets patience, each probe a short time
    startup=Probe(path="/readyz", period_seconds=1, timeout_seconds=2, failure_threshold=120),
    ready=Probe(path="/readyz", period_seconds=5, timeout_seconds=2),
    live=Probe(path="/livez", period_seconds=10, timeout_seconds=5),
)


def contract(spec: ModelSpec) -> Contract:
    """What the service of a spec takes and gives. The spec has a `serving` part."""
    serving = _serving(spec)
    fields: dict[str, Any] = {
        "input": tuple({"name": key, **field.plain()} for key, field in serving.input.items()),
        "output": tuple({"name": key, **field.plain()} for key, field in serving.output.items()),
        "modelFormat": model_format(spec),
    }
    return Contract.model_validate({**fields, "digest": digests.of_value(fields)})


def contract_bytes(spec: ModelSpec) -> bytes:
    """`contract.json` as it is packed into the bento."""
    return digests.canonical(contract(spec).plain()) + b"\n"


def model_format(spec: ModelSpec) -> str:
    """The form in which the model's bytes are stored, for the pin and the registry."""
    return FORMATS[spec.model_format.name]


def service(spec: ModelSpec, release: Release, environment: Environment, port: int) -> Service:
    """The service of one release in one environment. ``spec`` is the promoted spec with the environment's overlays."""
    serving, pin, metadata = _serving(spec), release.spec.pin, release.metadata
    if pin.bento is None:
        hint = "it was released before the model served anything: train it again, or promote what was"
        raise Findings.one(
            "WL534", f"release {digests.brief(release.digest)} of {metadata.slug} has no bento to serve", hint
        )
    entries = (
        EnvEntry(name=one.name, value=one.value, secret_ref=one.secret_key_ref.plain() if one.secret_key_ref else None)
        for one in serving.env
    )
    stable = Variant(
        name=f"g{release.spec.generation}",
        role="stable",
        weight=100,
        release=release.digest,
        generation=release.spec.generation,
        model=pin.model.digest,
        bento=pin.bento.digest,
        bento_tag=pin.bento.tag,
    )
    return Service(
        name=name(metadata.team, metadata.name),
        team=metadata.team,
        model=metadata.name,
        environment=environment.metadata.name,
        port=port,
        env=tuple(sorted(entries, key=lambda entry: entry.name)),
        resources=resources(serving.resources),
        variants=(stable,),
        scale=Scale(min=serving.min_replicas, max=serving.max_replicas),
        probes=PROBES,
        contract=contract(spec),
    )


def _serving(spec: ModelSpec) -> Serving:
    if spec.serving is None:
        raise Findings.one(
            "WL534", "the model has no `serving` part, so there is nothing to serve", "add `spec.serving`"
        )
    return spec.serving
