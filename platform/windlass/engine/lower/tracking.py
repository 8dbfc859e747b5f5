"""Lower a release to what the registry must say of it: which version the environment's alias points at."""

from windlass.engine.lower.names import name
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.workload import Tracking


def tracking(release: Release, environment: Environment) -> Tracking:
    """The alias that projects this environment's release. An alias is named like its environment."""
    pin, metadata = release.spec.pin, release.metadata
    return Tracking(
        name=name(metadata.team, metadata.name),
        team=metadata.team,
        model=metadata.name,
        environment=environment.metadata.name,
        registered_model=pin.model.registry,
        alias=environment.metadata.name,
        model_digest=pin.model.digest,
        release=release.digest,
    )
