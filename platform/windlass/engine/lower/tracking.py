"""Lower a release to what the registry must say of it, and an environment to what its trainings are told of the tracker.

The registry is a projection of the store: what is wanted of it follows from releases alone, here and in a cluster.
"""

from collections.abc import Iterable, Mapping

from windlass.engine.lower import addresses, cluster
from windlass.engine.lower.names import name
from windlass.model.candidate import DataPin, ModelPin
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.workload import EnvEntry, Meta, Pipeline, Run, Tracking

INPUTS, MODEL, FORMAT, DATA = "windlass.inputs", "windlass.model", "windlass.format", "windlass.data"


def tracking(release: Release, environment: Environment) -> Tracking:
    """The version that a release pins, and the alias that projects this environment's release: it is named like it."""
    pin, metadata = release.spec.pin, release.metadata
    return Tracking(
        name=name(metadata.team, metadata.name, "registry"),
        team=metadata.team,
        model=metadata.name,
        environment=environment.metadata.name,
        registered_model=pin.model.registry,
        alias=environment.metadata.name,
        model_digest=pin.model.digest,
        release=release.digest,
        version_tags=tags(pin.model, pin.inputs, pin.data),
        meta=None if environment.spec.target.kind == "local" else _meta(release, environment),
    )


def _meta(release: Release, environment: Environment) -> Meta:
    meta = cluster.meta_of(environment, release.metadata.team, release.metadata.name, "registry")
    return meta.model_copy(update={"annotations": cluster.released(release, environment.metadata.name)})


def tags(model: ModelPin, inputs: str, data: Iterable[DataPin]) -> dict[str, str]:
    """What every registered version says of itself, and is found by again: the digests of a pin."""
    found = {FORMAT: model.format, INPUTS: inputs, MODEL: model.digest}
    return dict(sorted({**found, **{f"{DATA}.{ref.name}": revision(ref) for ref in data}}.items()))


def revision(ref: DataPin) -> str:
    """One dataset's revision as one text."""
    return f"{ref.dataset} md5:{ref.md5} {ref.sha256}"


def tracked(pipeline: Pipeline, environment: Environment, variables: Mapping[str, str]) -> Pipeline:
    """A training in a cluster, every step of which finds the environment's tracker: variables by their names in the tracking
    backend, the secret with the keys to it, and the way there. What a stage sets of its own wins. Services are told nothing:
    they never ask a tracker, and run on without one."""
    server = environment.spec.tracking
    if server is None or pipeline.run is None:
        return pipeline
    values = {"uri": server.uri, "experiment": pipeline.slug}
    told = {variable: EnvEntry(name=variable, value=values[what]) for variable, what in variables.items()}
    secrets = (server.secret_ref.name,) if server.secret_ref else ()
    profiles = (
        one.model_copy(
            update={
                "env": tuple(entry for _, entry in sorted({**told, **{own.name: own for own in one.env}}.items())),
                "secrets": (*one.secrets, *secrets),
            }
        )
        for one in pipeline.profiles
    )
    return pipeline.model_copy(update={"profiles": tuple(profiles), "run": _reaching(pipeline, server.uri)})


def _reaching(pipeline: Pipeline, uri: str) -> Run:
    assert pipeline.run is not None
    network = pipeline.run.network
    ports = tuple(sorted({*network.egress_ports, addresses.port(uri)}))
    return pipeline.run.model_copy(update={"network": network.model_copy(update={"egress_ports": ports})})
