"""Which secrets the namespaces of a cluster need, and where the cluster itself fetches them.

A secret is one object however many models of a team refer to it, with all the keys that they ask for. What a team refers to has
the team's name in the store, too: no team can ask for another's by writing its name.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from windlass.engine.evidence import seconds
from windlass.engine.lower import cluster
from windlass.model import layout
from windlass.model.specs.environment import Environment
from windlass.model.workload import EnvEntry, Pipeline, Secret, Service


@dataclass(frozen=True, slots=True)
class Use:
    """A team's workload refers to a secret: to one key of it, or to all, which only the environment may."""

    team: str
    name: str
    key: str | None


def of_services(services: Iterable[Service]) -> Iterator[Use]:
    """What services refer to: keys in their variables, and the environment's keys to the store. Platforms that run services by
    themselves keep their secrets, too."""
    for service in services:
        if service.managed is not None:
            continue
        yield from of_env(service.team, service.env)
        if service.pod is not None and service.pod.fetch is not None and service.pod.fetch.secret is not None:
            yield Use(service.team, service.pod.fetch.secret, None)


def of_pipelines(pipelines: Iterable[Pipeline]) -> Iterator[Use]:
    """What trainings refer to: keys in the variables of their stages, and the environment's keys to the store."""
    for pipeline in pipelines:
        for profile in pipeline.profiles:
            yield from of_env(pipeline.team, profile.env)
            yield from (Use(pipeline.team, name, None) for name in profile.secrets)
        if pipeline.run is not None and pipeline.run.secret is not None:
            yield Use(pipeline.team, pipeline.run.secret, None)


def of_env(team: str, env: Iterable[EnvEntry]) -> Iterator[Use]:
    """What variables of any workload refer to."""
    for entry in env:
        if entry.secret_ref is not None:
            yield Use(team, entry.secret_ref["name"], entry.secret_ref["key"])


def secrets(environment: Environment, uses: Iterable[Use]) -> tuple[Secret, ...]:
    """One secret for each name in each team's namespace, by team and name; none where the environment fetches none."""
    chosen = environment.spec.secrets
    if chosen is None:
        return ()
    keys: dict[tuple[str, str], set[str | None]] = {}
    for use in uses:
        keys.setdefault((use.team, use.name), set()).add(use.key)
    return tuple(
        Secret(
            name=name,
            team=team,
            environment=environment.metadata.name,
            store=chosen.store,
            store_kind=chosen.kind,
            refresh_seconds=int(seconds(chosen.refresh)),
            # A secret of the environment keeps its name and all its keys, also where a model asks for one of them.
            remote=name if None in asked else f"{team}/{name}",
            keys=() if None in asked else tuple(sorted(filter(None, asked))),
            meta=cluster.meta_of(environment, team, name, "secret").model_copy(
                update={"annotations": _annotations(environment)}
            ),
        )
        for (team, name), asked in sorted(keys.items())
    )


def _annotations(environment: Environment) -> dict[str, str]:
    return {f"{cluster.PREFIX}/source": f"{layout.ENVIRONMENTS}/{environment.metadata.name}/environment.yaml"}
