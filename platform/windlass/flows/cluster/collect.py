"""The verb `collect`: what trainings in a cluster ended with, proposed as releases as on a laptop.

It asks the environment's store and git, and no cluster: it may run anywhere and as often as one likes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from windlass.engine import rendered_only
from windlass.flows.releasing import release
from windlass.flows.rendering import objects
from windlass.flows.training import candidates, material
from windlass.model.candidate import Candidate
from windlass.model.collected import Collected
from windlass.model.failure import Failure, Usage
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports, Store


def collect(ports: Ports, project: Project, environment: Environment) -> tuple[Collected, ...]:
    """Every model that the environment trains. What was proposed before is found again and left alone. Raises `Usage` (WL611)
    where the environment does not train in a cluster."""
    if not objects.trains(ports, environment):
        name = environment.metadata.name
        raise Usage.one("WL611", f"`{name}` does not train in a cluster", "what trains elsewhere proposes by itself")
    ports.git.fetch(ports.git.default_branch())
    return tuple(_each(ports, project, environment))


def _each(ports: Ports, project: Project, environment: Environment) -> Iterator[Collected]:
    for slug, loaded in sorted(project.models.items()):
        if rendered_only.says(loaded):
            continue
        asked = material.whole(ports, project, loaded, environment)
        data = material.revisions(asked)
        inputs, record = material.requested(ports, asked.model, data or {})
        wanted = None if data is None else inputs
        found = _newest(ports.store(environment.metadata.name), slug, wanted, record)
        if found is None:
            yield Collected(slug, wanted, "waiting")
            continue
        if found.outcome != candidates.PASSED:
            yield Collected(slug, found.inputs, found.outcome)
            continue
        try:
            proposal = release.propose(ports, project, found, environment)
        except Failure as failure:
            yield Collected(slug, found.inputs, found.outcome, failure=failure)
        else:
            yield Collected(slug, found.inputs, found.outcome, proposal)


def _newest(store: Store, slug: str, wanted: str | None, record: Mapping[str, Any]) -> Candidate | None:
    """The run that the default branch now asks for; or a later one of the same code on newer data, which a schedule collected."""
    asked = candidates.recorded(store, slug, wanted) if wanted else None
    read = (candidates.read(store, name) for name in store.records(f"candidates/{slug}"))
    alike = [one for one in read if one and {**one.inputs_record, "data": {}} == {**record, "data": {}}]
    later = [
        one
        for one in alike
        if one.outcome == candidates.PASSED and (asked is None or one.finished_at > asked.finished_at)
    ]
    return max(later, key=lambda one: (one.finished_at, one.inputs), default=asked)
