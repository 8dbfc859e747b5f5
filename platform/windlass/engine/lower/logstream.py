"""Lower what a spec asks to keep of requests."""

from windlass.engine.lower import cluster
from windlass.engine.lower.names import name
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import ModelSpec
from windlass.model.workload import LogStream


def logstream(spec: ModelSpec, release: Release, environment: Environment) -> LogStream | None:
    """What the service of a release logs; None where the spec asks for nothing, or the environment has no form for it."""
    asked, bento, (team, model) = spec.logging, release.spec.pin.bento, release.metadata.slug.split("/")
    if asked is None or bento is None or environment.spec.backends.logging is None:
        return None
    meta = cluster.meta_of(environment, team, model, "logging")
    return LogStream(
        name=name(team, model, "logging"),
        team=team,
        model=model,
        environment=environment.metadata.name,
        service=name(team, model),
        version=bento.tag.partition(":")[2],
        mode=asked.mode,
        percent=asked.percent,
        redact=tuple(sorted(set(asked.redact))),
        meta=meta.model_copy(update={"annotations": cluster.released(release, environment.metadata.name)}),
    )
