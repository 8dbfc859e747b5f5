"""The second look at what the server was asked of before, in the same process: it is not asked again, only seen again."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from windlass.engine.cluster import stamp
from windlass.engine.cluster.applyset import Key
from windlass.flows.cluster.dryrun import Asked, observed
from windlass.flows.cluster.reach import Reach
from windlass.model.plan import Identity
from windlass.ports.cluster import Live


def again(reach: Reach, before: Iterable[Asked], live: Mapping[Key, Live]) -> dict[Key, Asked]:
    """What was asked before, each with what is seen of it now: where that is something else, the plan is stale. ``live`` is what
    bears our label; the others are looked for in whole lists of their kind and namespace, so that whatever came in their place
    is seen."""
    asked = {one.change.identity.key: one for one in before}
    found = _beside(reach, [one.change.identity for key, one in asked.items() if key not in live]) | dict(live)
    return {key: _seen(one, found.get(key)) for key, one in asked.items()}


def _seen(asked: Asked, live: Live | None) -> Asked:
    now = observed(asked.change.identity, live)
    return replace(asked, change=asked.change.model_copy(update={"observed": now}))


def _beside(reach: Reach, identities: Iterable[Identity]) -> dict[Key, Live]:
    """What there is of the kinds of some objects in their namespaces, whosever it is."""
    places: dict[tuple[str, str, str], list[Identity]] = {}
    for one in identities:
        places.setdefault((one.api, one.kind, one.namespace), []).append(one)
    lists = reach.cluster.each(lambda several: _listed(reach, several), places.values())
    return {stamp.identity(one).key: one for several in lists for one in several}


def _listed(reach: Reach, identities: list[Identity]) -> list[Live]:
    kind, namespace = reach.kind_of(identities[0]), identities[0].namespace
    return reach.cluster.inside(kind, namespace, [(namespace, one.name) for one in identities]) if kind else []
