"""What a cluster is asked for: the objects that the commit being applied renders to, each with what was decided of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from windlass.engine.cluster import applyset, stamp
from windlass.engine.cluster.decided import Decided, decided, told
from windlass.flows.cluster.reach import Reach, inventory
from windlass.flows.rendering import render
from windlass.flows.rendering.fleet import Asked
from windlass.model import digests
from windlass.model.failure import Findings, Refused
from windlass.model.plan import Identity
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports

RUN = ("argoproj.io", "Workflow")
"""Objects that end: in no inventory, and never deleted."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One object as it is sent."""

    identity: Identity
    decided: Decided
    object: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Of what is sent."""
        return stamp.said(self.object, stamp.APPLIED)


@dataclass(frozen=True, slots=True)
class Wanted:
    """All objects, in the order of their keys, and the runs of trainings apart from them."""

    objects: tuple[Sent, ...]
    runs: tuple[Mapping[str, Any], ...]

    @property
    def digest(self) -> str:
        """Of all that is sent, without runs."""
        return digests.of_value([[*one.identity.key, one.digest] for one in self.objects])


def wanted(ports: Ports, reach: Reach, project: Project, environment: Environment) -> Wanted:
    """Render the environment. Raises what its specs are refused for, `Refused` (WL446) where nothing would be left of it, and
    `Findings` (WL453) where a template says of which inventory its object is."""
    name = environment.metadata.name
    rendered = list(cluster_objects(render.shown(ports, reach.around, Asked((name,)))))
    if borrowed := applyset.borrowed(rendered):
        listed = ", ".join(str(stamp.identity(one)) for one in borrowed)
        message = f"{listed}: a template must not set the label `{applyset.PART_OF}`"
        raise Findings.one("WL453", message, "leave it out: Windlass says of which inventory an object is")
    home = inventory(environment)
    part_of = applyset.identifier(home.name, home.namespace)
    objects: list[Sent] = []
    for one in rendered:
        if _is_run(one):
            continue
        identity = stamp.identity(one)
        what = decided(project, name, identity)
        objects.append(Sent(identity, what, stamp.stamped(told(one, what), name, part_of)))
    if not objects:
        message = f"`{name}` renders to no object at all"
        hint = "that would delete whatever is there; where that is meant, delete it by hand and remove the environment"
        raise Refused.one("WL446", message, hint)
    runs = tuple(one for one in rendered if _is_run(one))
    return Wanted(tuple(sorted(objects, key=lambda one: one.identity.key)), runs)


def trainings(ports: Ports, reach: Reach, environment: Environment) -> tuple[Mapping[str, Any], ...]:
    """The runs alone."""
    rendered = cluster_objects(render.shown(ports, reach.around, Asked((environment.metadata.name,))))
    return tuple(one for one in rendered if _is_run(one))


def _is_run(rendered: Mapping[str, Any]) -> bool:
    return (rendered["apiVersion"].partition("/")[0], rendered["kind"]) == RUN


def cluster_objects(files: Mapping[str, bytes]) -> Iterator[Mapping[str, Any]]:
    """Those of the rendered files that are objects of a cluster."""
    for path, data in files.items():
        if not path.endswith(".yaml"):
            continue
        for one in yaml.load_all(data, yaml.CSafeLoader):
            if isinstance(one, dict) and {"apiVersion", "kind", "metadata"} <= one.keys():
                yield one
