"""What whoever keeps a cluster gives an environment before its first apply, and whether somebody has it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from windlass.engine import backend as backends
from windlass.engine import render as rendering
from windlass.engine.backend import FILE
from windlass.engine.cast import Document
from windlass.engine.cluster import rights
from windlass.engine.lower import access
from windlass.engine.lower.access import Known
from windlass.flows.cluster.reach import Reach, inventory
from windlass.flows.cluster.wanted import cluster_objects
from windlass.flows.rendering import render
from windlass.flows.rendering.fleet import Asked, Surroundings
from windlass.model.diagnostic import Diagnostic
from windlass.model.failure import Refused, Usage
from windlass.model.project import Project
from windlass.model.refusal import Refusal
from windlass.model.specs.environment import Environment
from windlass.model.workload import Access, Right
from windlass.ports import Ports, Templates
from windlass.ports.cluster import Kind

REVIEWED = "authorization.k8s.io"
RULES = Kind(REVIEWED, "v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews", namespaced=False)
ONE = Kind(REVIEWED, "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced=False)
HINT = "who keeps the cluster applies what `windlass bootstrap cluster ENV` prints"
ORDER = (
    "Namespace",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ServiceAccount",
    "ClusterRole",
    "Role",
)
"""What comes first: nobody has rights before there is what limits them, or a binding before its role."""
ANYWHERE = "default"
"""A namespace to ask in of what lives in none: what is given everywhere is told there, too."""


def documents(
    ports: Ports, around: Surroundings, project: Project, environment: Environment, users: Mapping[str, str]
) -> list[Document]:
    """Every object, in the order in which they can be made. ``users`` names those who are no accounts of the cluster, by what
    they do. Raises what the specs are refused for, and `Usage` (WL617) where the environment goes to no cluster."""
    templates = ports.templates.files("access", environment.spec.backends.access)
    options = environment.spec.options.get("access", {})
    every = _access(ports, around, project, environment, users)
    made = [one for several in every for one in rendering.documents(templates, several, options)]
    return sorted(made, key=lambda one: (_rank(one), one.path))


def check(ports: Ports, reach: Reach, project: Project, environment: Environment, who: str) -> None:
    """Whoever asks has the rights of a planner or an applier (``who``). Raises `Refused` (WL449) with all that is missing, and
    like `documents`."""
    found: list[Diagnostic] = []
    for one in _access(ports, reach.around, project, environment, {}):
        if one.who == who:
            found += [_told(one, right) for right in _missing(reach, one)]
    if found:
        raise Refused([*found[:-1], replace(found[-1], hint=HINT)])


def _access(
    ports: Ports, around: Surroundings, project: Project, environment: Environment, users: Mapping[str, str]
) -> Iterator[Access]:
    name = environment.metadata.name
    if environment.spec.target.kind != "kubernetes":
        message = f"environment `{name}` goes to target `{environment.spec.target.kind}`, which is no cluster"
        raise Usage.one("WL617", message, "rights in a cluster are for environments with `target: {kind: kubernetes}`")
    rendered = tuple(cluster_objects(render.shown(ports, around, Asked((name,)))))
    teams = [team.spec.metadata.name for team in project.teams.values()]
    known = Known(inventory(environment), teams, rendered, frozenset(_kinds(ports.templates, environment)))
    return access.access(environment, known, users)


def _kinds(templates: Templates, environment: Environment) -> Iterator[tuple[str, str]]:
    """What the environment's backends may make, also where nothing of it is asked for yet: what a team adds tomorrow needs no
    new rights."""
    spec = environment.spec
    idle = {
        "access": True,
        "images": True,
        "pipelines": spec.promotes_from is not None,
        "secrets": spec.secrets is None,
        "tracking": spec.tracking is None,
    }
    for axis, name in spec.backends.plain().items():
        files = {} if idle.get(axis) else templates.files(axis, name)
        if files and backends.declared(files[FILE]).target == "kubernetes":
            yield from backends.kinds(files)


def _missing(reach: Reach, one: Access) -> tuple[Right, ...]:
    """What the API server does not tell among the rights in a place; where it does not know all of them, each is asked for."""
    space = ANYWHERE if one.wide else one.meta.namespace
    status = _asked(reach, RULES, {"namespace": space})
    lacking = rights.missing(one.rights, status.get("resourceRules") or ())
    if status.get("incomplete"):
        singles = sorted(rights.each(lacking))
        spaces = "" if one.wide else space
        allowed = reach.cluster.each(lambda each: _allowed(reach, spaces, each), singles)
        return rights.rules(each for each, may in zip(singles, allowed, strict=True) if not may)
    return lacking


def _allowed(reach: Reach, space: str, one: rights.One) -> bool:
    group, resource, name, verb = one
    plural, _, part = resource.partition("/")
    asked = {"namespace": space, "group": group, "resource": plural, "subresource": part, "name": name, "verb": verb}
    return bool(_asked(reach, ONE, {"resourceAttributes": asked}).get("allowed"))


def _asked(reach: Reach, kind: Kind, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    document = {"apiVersion": kind.api, "kind": kind.name, "metadata": {}, "spec": spec}
    answer = reach.cluster.create(kind, document)
    if isinstance(answer, Refusal):
        raise Refused.one("WL449", f"the cluster does not tell what one may do: {answer.message}", HINT)
    return answer.get("status") or {}


def _told(one: Access, right: Right) -> Diagnostic:
    where = "" if one.wide else f" in `{one.meta.namespace}`"
    groups = [f".{group}" if group else "" for group in right.api_groups]
    what = ", ".join(f"{resource}{group}" for group in groups for resource in right.resources)
    names = f" `{'`, `'.join(right.names)}`" if right.names else ""
    message = f"no {one.who} of `{one.environment}`: it may not {', '.join(right.verbs)} {what}{names}{where}"
    return Diagnostic("WL449", message)


def _rank(made: Document) -> int:
    kinds = (one["kind"] for one in cluster_objects({made.path: made.data}))
    return min((ORDER.index(kind) for kind in kinds if kind in ORDER), default=len(ORDER))
