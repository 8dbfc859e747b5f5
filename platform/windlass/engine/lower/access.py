"""Lower an environment in a cluster to who may do what there: a planner that only tries, and an applier that writes nothing but
the kinds and the namespaces of the environment.

Both have the same rights to look. To try a write is authorized as the write itself, so admission keeps the planner from writing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from windlass.engine.cluster import stamp
from windlass.engine.cluster.rights import One, rules
from windlass.engine.lower import cluster, names
from windlass.model import layout
from windlass.model.plan import Identity
from windlass.model.specs.environment import Environment
from windlass.model.workload import Access, Holder, Limit, Meta, Space

Who = Literal["planner", "applier"]
PLANNER: Who = "planner"
APPLIER: Who = "applier"
VERBS: dict[Who, tuple[str, ...]] = {
    PLANNER: ("create", "get", "list", "patch"),
    APPLIER: ("create", "delete", "get", "list", "patch", "update", "watch"),
}
"""What is done to an object of the environment: tried by a planner, done and waited for by an applier."""
HOME: dict[Who, tuple[tuple[str, str, bool, tuple[str, ...]], ...]] = {
    PLANNER: (("", "configmaps", True, ("get",)),),
    APPLIER: (
        ("", "configmaps", True, ("create", "get", "patch")),
        ("coordination.k8s.io", "leases", True, ("get", "update")),
        # a new one is posted, and has no name in the address that is authorized
        ("coordination.k8s.io", "leases", False, ("create",)),
    ),
}
"""Inventory and lease: group, resource, whether only those of this environment, verbs."""
WHY: tuple[One, ...] = (
    ("", "events", "", "get"),
    ("", "events", "", "list"),
    ("", "pods", "", "get"),
    ("", "pods", "", "list"),
    ("", "pods/log", "", "get"),
)
"""What an applier reads to say why something is not well."""
WATCHED: One = ("", "pods", "", "watch")
"""What an Argo Server asks for besides, in the name of who wants a log."""
RBAC = "rbac.authorization.k8s.io"
LEVEL = "pod-security.kubernetes.io/enforce"


@dataclass(frozen=True, slots=True)
class Known:
    """What the rights are made of: where the inventory is, the teams, what the environment renders to now, and the kinds
    (group and name) that its backends may render to in a namespace."""

    home: Identity
    teams: Collection[str]
    rendered: Sequence[Mapping[str, Any]]
    kinds: Collection[tuple[str, str]]


def access(environment: Environment, known: Known, users: Mapping[str, str]) -> Iterator[Access]:
    """The rights of both, place by place. ``users`` names those that are no accounts of the cluster, by what they do."""
    home, spaces = known.home.namespace, _spaces(environment, known)
    given = {one["metadata"]["name"]: one for one in known.rendered if one["kind"] == "Namespace"}
    for who in (PLANNER, APPLIER):
        holder = _holder(who, home, users)
        limit = Limit(username=holder.known_as, tries=who == PLANNER, levels=_levels(who, given.values()))
        yield Access(
            # of no namespace, so that the home tells environments of one name from each other
            name=names.name("" if home == known.home.name else home, known.home.name, who),
            who=who,
            environment=environment.metadata.name,
            wide=True,
            meta=_meta(environment, known.home.name, home),
            holder=holder,
            rights=rules(_wide(environment, known, who)),
            limit=limit if limit.tries or limit.levels else None,
        )
        for space in sorted({home, *spaces}):
            ones = [*(_home(known, who) if space == home else ())]
            ones += _inside(environment, known, who, space) if space in spaces else ()
            made = who == APPLIER and (space == home or space in given)
            mark = stamp.mark(environment.metadata.name, ("", "Namespace", "", space)) if space in given else None
            yield Access(
                name=f"{known.home.name}-{who}",
                who=who,
                environment=environment.metadata.name,
                meta=_meta(environment, known.home.name, space),
                holder=holder,
                rights=rules(ones),
                account=space == home and holder.kind == "ServiceAccount",
                space=Space(given=mark) if made else None,
            )


def resource(kind: str) -> str:
    """The plural by which the API calls a kind, by the rule that almost all follow."""
    word = kind.lower()
    if word.endswith("s"):
        return f"{word}es"
    return f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"


def _spaces(environment: Environment, known: Known) -> set[str]:
    rendered = {one["metadata"].get("namespace", "") for one in known.rendered}
    return {*(cluster.namespace(environment, team) for team in known.teams), *rendered} - {""}


def _holder(who: Who, home: str, users: Mapping[str, str]) -> Holder:
    if who in users:
        return Holder(kind="User", name=users[who])
    return Holder(kind="ServiceAccount", name=f"windlass-{who}", namespace=home)


def _levels(who: Who, spaces: Iterable[Mapping[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Which namespaces an applier, who writes them, must keep on which level."""
    found: dict[str, list[str]] = {}
    for one in spaces if who == APPLIER else ():
        if level := (one["metadata"].get("labels") or {}).get(LEVEL):
            found.setdefault(level, []).append(one["metadata"]["name"])
    return {level: tuple(sorted(several)) for level, several in sorted(found.items())}


def _home(known: Known, who: Who) -> Iterator[One]:
    for group, plural, ours, verbs in HOME[who]:
        yield from ((group, plural, known.home.name if ours else "", verb) for verb in verbs)


def _inside(environment: Environment, known: Known, who: Who, space: str) -> Iterator[One]:
    """The kinds of the environment, the same in all its namespaces, since each is looked through for each. Secrets only by name:
    who may list them may read them all."""
    here = [one for one in known.rendered if one["metadata"].get("namespace") == space]
    kinds = {*known.kinds, *(_kind(one) for one in known.rendered if one["metadata"].get("namespace"))}
    for group, kind in kinds:
        if (group, kind) != ("", "Secret"):
            yield from _written(environment, who, group, kind, "")
    for one in here:
        if _kind(one) == ("", "Secret"):
            yield from _written(environment, who, "", "Secret", one["metadata"]["name"])
    yield from _handed(here, "Role")
    if who == APPLIER:
        yield from WHY
        if environment.spec.target.argo_server:
            yield WATCHED


def _wide(environment: Environment, known: Known, who: Who) -> Iterator[One]:
    """What lives in no namespace, each by its name."""
    objects = [one for one in known.rendered if "namespace" not in one["metadata"]]
    for one in objects:
        yield from _written(environment, who, *_kind(one), one["metadata"]["name"])
    yield from _handed(objects, "ClusterRole")
    if who == APPLIER:
        yield "", "namespaces", known.home.namespace, "get"


def _written(environment: Environment, who: Who, group: str, kind: str, name: str) -> Iterator[One]:
    """What may be done to objects of a kind: none of one is deleted that no plan may delete, and no namespace is made, because
    the rights in it come with it."""
    never = {"delete"} if kind in environment.spec.guards.protected_kinds else set()
    never |= {"create"} if (group, kind) == ("", "Namespace") else set()
    yield from ((group, resource(kind), name, verb) for verb in VERBS[who] if verb not in never)


def _handed(objects: Iterable[Mapping[str, Any]], kind: str) -> Iterator[One]:
    """What rendered roles give: nobody can give what he has not."""
    for one in objects:
        for rule in one.get("rules") or () if _kind(one) == (RBAC, kind) else ():
            for group in rule.get("apiGroups") or ():
                for plural in rule.get("resources") or ():
                    named = rule.get("resourceNames") or ("",)
                    yield from ((group, plural, name, verb) for name in named for verb in rule["verbs"])


def _kind(rendered: Mapping[str, Any]) -> tuple[str, str]:
    group, slash, _ = rendered["apiVersion"].partition("/")
    return group if slash else "", rendered["kind"]


def _meta(environment: Environment, instance: str, namespace: str) -> Meta:
    name = environment.metadata.name
    selector = {"app.kubernetes.io/component": "access", "app.kubernetes.io/instance": instance}
    labels = {
        **selector,
        "app.kubernetes.io/managed-by": "windlass",
        "app.kubernetes.io/name": "windlass",
        "app.kubernetes.io/part-of": "windlass",
        f"{cluster.PREFIX}/environment": name,
    }
    annotations = {f"{cluster.PREFIX}/source": f"{layout.ENVIRONMENTS}/{name}/environment.yaml"}
    return Meta(namespace=namespace, labels=labels, annotations=annotations, selector=selector)
