"""WL270: in each environment, a team's services at full size together stay within its quota.

The quota is what the autoscaler may reach, so `maxReplicas` counts. The head of the chain is judged by what `specs/` says, every
other environment by the specs of its releases; both under the environment's overlays.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from windlass.engine import overlay, resolve
from windlass.engine.finding import at
from windlass.engine.lower.cluster import asked
from windlass.engine.lower.quantities import millis, resources, whole_bytes
from windlass.engine.parse import parse
from windlass.engine.spelling import bytes_si, cpu
from windlass.engine.tree import Tree
from windlass.engine.wording import listed
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic, Place, Related
from windlass.model.failure import Findings
from windlass.model.project import Loaded, Source
from windlass.model.specs.model import Serving
from windlass.model.specs.team import Quota, Team

HINT = "raise the quota, or lower maxReplicas or resources of one of them"
REACHED = ("spec", "serving", "maxReplicas")


@dataclass(frozen=True, slots=True)
class Asks:
    """What one service may come to ask for, and where that is said."""

    name: str
    copies: int
    cpu_millis: int
    memory_bytes: int
    gpus: int
    place: Place


@dataclass(frozen=True, slots=True)
class Bound:
    """One part of a quota: how it is called, read, counted for a service, and said."""

    word: str
    limit: Callable[[Quota], int | None]
    used: Callable[[Asks], int]
    spelled: Callable[[int], str]


BOUNDS = {
    "cpu": Bound("cores", lambda quota: millis(quota.cpu) if quota.cpu else None, lambda one: one.cpu_millis, cpu),
    "memory": Bound(
        "memory",
        lambda quota: whole_bytes(quota.memory) if quota.memory else None,
        lambda one: one.memory_bytes,
        bytes_si,
    ),
    "gpus": Bound("GPUs", lambda quota: quota.gpus, lambda one: one.gpus, str),
    "replicas": Bound("copies", lambda quota: quota.replicas, lambda one: 1, str),
}


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every team with a quota in every environment."""
    for team in tree.project.teams.values():
        if team.spec.spec.quota != Quota():
            for environment in resolve.chain(tree.project):
                services = tuple(_services(tree, team.spec.metadata.name, environment))
                yield from _over(team, environment, services)


def _over(team: Loaded[Team], environment: str, services: tuple[Asks, ...]) -> Iterator[Diagnostic]:
    quota, name = team.spec.spec.quota, team.spec.metadata.name
    for key, bound in BOUNDS.items():
        limit, total = bound.limit(quota), sum(one.copies * bound.used(one) for one in services)
        if limit is not None and total > limit:
            sums = listed(f"{one.name} {one.copies} x {bound.spelled(bound.used(one))}" for one in services)
            message = (
                f"services of {name} may reach {bound.spelled(total)} {bound.word} in {environment}, "
                f"the quota is {bound.spelled(limit)}: {sums}"
            )
            related = tuple(Related(one.name, one.place) for one in services)
            yield at(team.source, ("spec", "quota", key), "WL270", message, HINT, related)


def _services(tree: Tree, team: str, environment: str) -> Iterator[Asks]:
    for source in _documents(tree, team, environment):
        try:
            serving = resolve.effective(tree.project, source.value, environment).serving
        except Findings:
            continue  # overlays that do not fit are a finding of their own
        if serving is not None:
            place = overlay.source(source, overlay.lay(tree.project, environment, source.value)).place(*REACHED)
            yield _asks(source.value["metadata"]["name"], serving, place)


def _documents(tree: Tree, team: str, environment: str) -> Iterator[Source]:
    """The specs that an environment serves, as written."""
    if tree.project.environments[environment].spec.spec.promotes_from is None:
        yield from (one.source for one in tree.project.models.values() if one.spec.metadata.team == team)
        return
    for (where, slug), release in sorted(tree.project.releases.items()):
        if where == environment and release.spec.metadata.team == team:
            path = f"{layout.release_folder(environment, slug)}/model.yaml"
            found = parse(path, tree.fact("", path).data or b"").source
            if found is not None:
                yield found


def _asks(name: str, serving: Serving, place: Place) -> Asks:
    needs = asked(resources(serving.resources))
    gpus = needs.gpu.count if needs.gpu else 0
    return Asks(name, serving.max_replicas, needs.cpu_millis.request or 0, needs.memory_bytes.request or 0, gpus, place)
