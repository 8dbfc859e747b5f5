"""Who may do what: no more than the environment writes, secrets by name, and a planner that has no right to delete."""

from typing import Any

import yaml

from windlass.engine.cluster import rights
from windlass.engine.cluster.rights import One
from windlass.engine.lower.access import Known, access, resource
from windlass.model.plan import Identity
from windlass.model.specs.environment import Environment
from windlass.model.workload import Access

HEAD = "apiVersion: windlass.dev/v1alpha1\nkind: Environment\nmetadata: {name: dev}\n"


def lowered(
    rendered: list[dict[str, Any]], home: str = "windlass-dev", spec: str = "", target: str = "", **users: str
) -> list[Access]:
    """The rights of an environment of the team `vision`."""
    said = f"spec: {{target: {{kind: kubernetes, namespace: 'ml-{{team}}'{target}}}{spec}}}"
    environment = Environment.model_validate(yaml.safe_load(HEAD + said))
    place = Identity(kind="ConfigMap", name="windlass-dev", owner="", api="v1", namespace=home)
    return list(access(environment, Known(place, ["vision"], rendered, {("apps", "Deployment")}), users))


def an(kind: str, name: str, api: str = "v1", namespace: str | None = "ml-vision", **more: Any) -> dict[str, Any]:
    meta = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": api, "kind": kind, "metadata": meta, **more}


def held(every: list[Access], who: str, place: str = "ml-vision") -> set[One]:
    """The rights in a namespace, or where there is none in no namespace."""
    return {
        one
        for found in every
        if found.who == who and ("" if found.wide else found.meta.namespace) == place
        for one in rights.each(found.rights)
    }


def test_kinds_are_those_that_backends_make_and_those_that_are_rendered() -> None:
    every = lowered([an("Service", "digits")])
    written = {one[:2] for one in held(every, "applier") if one[3] == "patch"}
    assert written == {("apps", "deployments"), ("", "services")}
    assert {one[3] for one in held(every, "planner")} == {"create", "get", "list", "patch"}
    assert ("", "pods", "", "create") not in held(every, "applier")


def test_pods_are_watched_where_an_argo_server_is_asked_for_logs() -> None:
    watching = ("", "pods", "", "watch")
    assert watching not in held(lowered([an("Service", "digits")]), "applier")
    every = lowered([an("Service", "digits")], target=", argoServer: 'https://argo.example.org'")
    assert watching in held(every, "applier")
    assert watching not in held(every, "planner")


def test_secrets_are_reached_by_their_names_alone() -> None:
    every = lowered([an("Secret", "token"), an("Secret", "theirs", namespace="ml-other")])
    for who in ("planner", "applier"):
        names = {one[2] for one in held(every, who) if one[1] == "secrets"}
        assert names == {"token"}, "and those of its namespace"


def test_no_namespace_is_made_and_none_deleted_but_by_guards_that_allow_it() -> None:
    space = an("Namespace", "ml-vision", namespace=None)
    verbs = {one[3] for one in held(lowered([space]), "applier", "") if one[2] == "ml-vision"}
    assert verbs == {"get", "list", "patch", "update", "watch"}
    loose = lowered([space], spec=", guards: {protectedKinds: []}")
    assert ("", "namespaces", "ml-vision", "delete") in held(loose, "applier", "")


def test_what_roles_give_is_held_where_they_are() -> None:
    rules = [{"apiGroups": ["argoproj.io"], "resources": ["workflowtaskresults"], "verbs": ["create"]}]
    role = an("Role", "executor", "rbac.authorization.k8s.io/v1", rules=rules)
    every = lowered([role, an("ConfigMap", "a", namespace="ml-other")])
    result = ("argoproj.io", "workflowtaskresults", "", "create")
    for who in ("planner", "applier"):
        assert result in held(every, who)
        assert result not in held(every, who, "ml-other")


def test_a_namespace_that_is_rendered_is_given_and_kept_on_its_level() -> None:
    space = an("Namespace", "ml-vision", namespace=None)
    space["metadata"]["labels"] = {"pod-security.kubernetes.io/enforce": "baseline"}
    every = lowered([space])
    given = {one.meta.namespace: one.space.given for one in every if one.space}
    assert given == {"windlass-dev": None, "ml-vision": "dev:/Namespace:/ml-vision"}
    (levels,) = [one.limit.levels for one in every if one.limit and not one.limit.tries]
    assert levels == {"baseline": ("ml-vision",)}
    assert {one.meta.namespace for one in lowered([]) if one.space} == {"windlass-dev"}, (
        "nobody gives what is not asked for"
    )


def test_a_user_has_no_account_and_the_policy_is_for_exactly_him() -> None:
    every = lowered([], planner="oidc:ada")
    limits = {one.limit.username for one in every if one.limit and one.limit.tries}
    assert limits == {"oidc:ada"}
    assert {one.holder.name for one in every if one.account} == {"windlass-applier"}
    (limit,) = [one.limit for one in lowered([]) if one.limit]
    assert limit.username == "system:serviceaccount:windlass-dev:windlass-planner"


def test_a_home_that_is_a_teams_namespace_has_both() -> None:
    found = held(lowered([], home="ml-vision"), "applier")
    assert ("coordination.k8s.io", "leases", "windlass-dev", "update") in found
    assert ("apps", "deployments", "", "patch") in found


def test_environments_of_one_name_differ_by_their_home() -> None:
    mine, theirs = ({one.name for one in lowered([], home=home) if one.wide} for home in ("here", "there"))
    assert not mine & theirs


def test_plurals_are_the_apis() -> None:
    for kind, plural in (("NetworkPolicy", "networkpolicies"), ("Ingress", "ingresses"), ("Service", "services")):
        assert resource(kind) == plural
