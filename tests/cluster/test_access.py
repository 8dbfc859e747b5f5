"""What an environment's identities may do and may not, each by its own token: the planner, the applier, a step's pod, nobody."""

import itertools
import json
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tests.cluster.client import APPLY, MERGE, Client
from tests.cluster.place import A, B, Place
from tests.cluster.server import Server
from tests.cluster.test_rendered import resources
from windlass.adapters.kubernetes.cluster import HttpCluster
from windlass.flows.cluster import bootstrap
from windlass.model.refusal import Refusal
from windlass.ports.cluster import Kind, Live

__all__ = ["resources"]
NUMBERS = itertools.count(1)
RBAC = "/apis/rbac.authorization.k8s.io/v1/namespaces/{}/{}"
THERE = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "there"}}
Answer = tuple[int, dict[str, Any]]


class Keeper:
    """Whoever keeps the cluster: applies what is printed."""

    def __init__(self, place: Place, resources: dict[tuple[str, str], tuple[str, str, bool]]) -> None:
        self._place, self._resources = place, resources
        self._policies: set[str] = set()

    def gives(self) -> None:
        """Everything that `windlass bootstrap` prints."""
        users = ("--planner-user", "planner", "--applier-user", "applier")
        said = self._place.run("bootstrap", "cluster", "staging", *users)
        assert said.exit == 0, said.all
        for one in yaml.safe_load_all(said.out):
            base, plural, namespaced = self._resources[one["apiVersion"], one["kind"]]
            space = f"/namespaces/{one['metadata']['namespace']}" if namespaced else ""
            path = f"{base}{space}/{plural}/{one['metadata']['name']}"
            query = "fieldManager=kubectl&fieldValidation=Strict"
            status, answer = self._place.admin.request("PATCH", f"{path}?{query}", one, APPLY)
            assert status in (200, 201), answer
            if "admission" in base:
                self._policies.add(path)

    def takes_back(self) -> None:
        """The policies, which hold for users in every namespace."""
        for path in self._policies:
            assert self._place.admin.request("DELETE", path)[0] == 200


@pytest.fixture
def keeper(place: Place, server: Server, resources: Any) -> Iterator[Keeper]:
    """What he gave is taken back: other tests have the same users."""
    made = Keeper(place, resources)
    yield made
    made.takes_back()
    mine = f"/api/v1/namespaces/{place.prefix}-team-000/configmaps"
    until(lambda: server.client("planner").request("POST", mine, configmap()), 201)


@pytest.fixture
def granted(place: Place, keeper: Keeper, server: Server) -> Place:
    """The repository, with the rights of its environment in force; nothing is applied yet."""
    keeper.gives()
    planner, applier = server.client("planner"), server.client("applier")
    here = f"/api/v1/namespaces/{place.prefix}-team-000"
    until(lambda: planner.request("POST", f"{here}/configmaps?dryRun=All", configmap()), 201)
    until(lambda: applier.request("POST", f"{here}/configmaps?dryRun=All", configmap()), 201)
    until(lambda: planner.request("POST", f"{here}/configmaps", configmap()), 422)
    until(lambda: applier.request("PATCH", f"{here}?dryRun=All", {"metadata": {"labels": {"a": "b"}}}, MERGE), 422)
    place.run_as("applier")
    return place


def configmap() -> dict[str, Any]:
    return {"metadata": {"name": f"try-{next(NUMBERS)}"}}


def until(ask: Callable[[], Answer], wanted: int, patience: float = 60) -> Answer:
    """An answer, asked for until it is the wanted one: what was just given is in force a little later."""
    limit = time.monotonic() + patience
    while (said := ask())[0] != wanted:
        assert time.monotonic() < limit, said
        time.sleep(0.1)
    return said


def test_what_is_printed_is_always_the_same_and_a_list_as_json(place: Place) -> None:
    first, second = (place.run("bootstrap", "cluster", "staging") for _ in range(2))
    assert first.exit == 0, first.all
    assert first.out == second.out
    listed = json.loads(place.run("bootstrap", "cluster", "staging", "--output", "json").out)
    assert listed["items"] == list(yaml.safe_load_all(first.out))
    accounts = [one["metadata"]["name"] for one in listed["items"] if one["kind"] == "ServiceAccount"]
    assert accounts == ["windlass-applier", "windlass-planner"]
    kinds = [one["kind"] for one in listed["items"]]
    assert kinds.index("ValidatingAdmissionPolicyBinding") < kinds.index("ClusterRole") < kinds.index("RoleBinding")


def test_the_planner_plans_and_looks(granted: Place, controllers: object) -> None:
    granted.run_as("planner")
    said = granted.plan("--exit-code")
    assert said.exit == 3, said.all
    assert set(said.actions().values()) == {"create", "update"}
    assert said.actions()[f"Namespace {granted.prefix}-team-000"] == "update", "it was given, so it is taken"
    granted.run_as("applier")
    granted.applied()
    granted.run_as("planner")
    granted.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    assert granted.plan().actions()["Deployment team-000-model-00000"] == "update"
    assert granted.run("status", "staging").exit == 0
    assert granted.run("drift", "staging").exit == 0


def test_the_planner_cannot_write(granted: Place, server: Server) -> None:
    planner, here = server.client("planner"), f"/api/v1/namespaces/{granted.prefix}-team-000"
    maps = f"{here}/configmaps"
    granted.put("configmap", f"{granted.prefix}-team-000", THERE, "there")
    query = "fieldManager=windlass"
    sent = {**THERE, "data": {"a": "b"}}
    tries = [
        ("POST", maps, configmap(), "application/json"),
        ("PATCH", f"{maps}/there?{query}", sent, APPLY),
        ("PATCH", f"{maps}/new?{query}", {**sent, "metadata": {"name": "new"}}, APPLY),
        ("PATCH", f"{here}?{query}", {"metadata": {"labels": {"a": "b"}}}, MERGE),
    ]
    for method, path, body, form in tries:
        status, answer = planner.request(method, path, body, form)
        assert status == 422, (path, answer)
        assert "a planner of the environment staging only tries" in answer["message"]
        dry = f"{path}{'&' if '?' in path else '?'}dryRun=All"
        assert planner.request(method, dry, body, form)[0] in (200, 201), dry
    status, answer = planner.request("DELETE", f"{maps}/there")
    assert status == 403, "it has no right to delete at all"
    assert granted.get("configmap", f"{granted.prefix}-team-000", "there").get("data") is None


def test_the_policy_holds_a_planner_who_has_more_rights_than_we_gave(granted: Place, server: Server) -> None:
    space = f"{granted.prefix}-team-000"
    give(granted.admin, space, "User", "planner", [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}])
    granted.put("configmap", space, THERE, "there")
    planner, here = server.client("planner"), f"/api/v1/namespaces/{space}"
    until(lambda: planner.request("DELETE", f"{here}/configmaps/there?dryRun=All"), 200)
    for method, path, body in (
        ("DELETE", f"{here}/configmaps/there", None),
        ("DELETE", f"{here}/configmaps", None),
        ("POST", f"{here}/serviceaccounts/default/token", {"spec": {"audiences": ["a"]}}),
        ("POST", RBAC.format(space, "roles"), {"metadata": {"name": "mine"}, "rules": []}),
    ):
        status, answer = planner.request(method, path, body)
        assert (status, "only tries" in answer["message"]) in ((422, True), (404, False)), (path, answer)
    assert granted.get("configmap", space, "there") is not None


def test_the_applier_applies_from_nothing_to_a_prune(granted: Place, controllers: object) -> None:
    said = granted.run("bootstrap", "cluster", "staging", "--check")
    assert said.exit == 0, said.all
    assert granted.applied().exit == 0
    assert granted.plan().actions() == {}
    granted.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    granted.applied()
    assert granted.get("deployment", A)["spec"]["replicas"] == 5
    granted.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}", "[{kind: Service, replace: true}]")
    granted.template(
        "templates/serving/bentoml/service.yaml.j2", "type: ClusterIP", "type: ClusterIP\n  clusterIP: None"
    )
    granted.overlay(B, objects="[{kind: Service, replace: true}]", name="too")
    granted.applied()
    leave(granted, B)
    granted.applied()
    assert granted.get("deployment", B) is None
    assert granted.get("deployment", A) is not None
    assert granted.plan().actions() == {}
    assert granted.get("lease", granted.home, "windlass-staging")["spec"]["holderIdentity"] == ""


def test_the_applier_lets_an_object_be_nobodys(granted: Place, controllers: object) -> None:
    granted.overlay(B, objects="[{kind: ConfigMap, onRemoval: orphan}]")
    granted.applied()
    leave(granted, B)
    granted.applied()
    assert granted.get("service", B) is None
    assert granted.plan().actions() == {}


def test_the_applier_stays_in_its_namespaces_and_kinds(granted: Place, server: Server, namespace: str) -> None:
    applier, space = server.client("applier"), f"{granted.prefix}-team-000"
    here, other = f"/api/v1/namespaces/{space}", f"/api/v1/namespaces/{namespace}"
    assert applier.request("POST", f"{other}/configmaps", configmap())[0] == 403
    assert applier.request("GET", f"{other}/configmaps")[0] == 403
    assert applier.request("PATCH", other, {"metadata": {"labels": {"a": "b"}}}, MERGE)[0] == 403
    assert applier.request("POST", "/api/v1/namespaces", {"metadata": {"name": f"{granted.prefix}-more"}})[0] == 403
    assert applier.request("DELETE", here)[0] == 403, "a protected kind"
    for path in (f"{here}/secrets", f"{here}/secrets/store", f"/api/v1/namespaces/{granted.home}/secrets"):
        assert applier.request("GET", path)[0] == 403
    token = f"/api/v1/namespaces/{granted.home}/serviceaccounts/windlass-applier/token"
    assert applier.request("POST", token, {"spec": {}})[0] == 403
    home = f"/api/v1/namespaces/{granted.home}/configmaps"
    assert applier.request("POST", home, configmap())[0] == 403, "at home it has its inventory and nothing else"


def test_the_applier_makes_no_privileged_pod(granted: Place, server: Server, controllers: object) -> None:
    granted.applied()
    applier, here = server.client("applier"), f"/api/v1/namespaces/{granted.prefix}-team-000"
    pod = {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "local/a:1"}]}}
    assert applier.request("POST", f"{here}/pods", pod)[0] == 403, "it has no right to make pods at all"
    for labels in (
        None,
        {"pod-security.kubernetes.io/enforce": None},
        {"pod-security.kubernetes.io/enforce": "privileged"},
    ):
        status, answer = applier.request("PATCH", here, {"metadata": {"labels": labels}}, MERGE)
        assert status == 422, answer
        assert "leaves its namespaces on the Pod Security level restricted" in answer["message"]


def test_the_applier_cannot_give_itself_rights(granted: Place, server: Server) -> None:
    applier, space = server.client("applier"), f"{granted.prefix}-team-000"
    more = [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["get"]}]
    roles, bindings = RBAC.format(space, "roles"), RBAC.format(space, "rolebindings")
    status, answer = applier.request("POST", roles, {"metadata": {"name": "more"}, "rules": more})
    assert status == 403
    assert "attempting to grant RBAC permissions not currently held" in answer["message"]
    mine = applier.request("GET", f"{roles}/windlass-staging-applier")[1]
    status, answer = applier.request(
        "PUT", f"{roles}/windlass-staging-applier", {**mine, "rules": mine["rules"] + more}
    )
    assert status == 403, answer
    reference = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}
    subjects = [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "applier"}]
    binding = {"metadata": {"name": "more"}, "roleRef": reference, "subjects": subjects}
    assert applier.request("POST", bindings, binding)[0] == 403
    wide = "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings"
    assert applier.request("POST", wide, binding)[0] == 403
    policies = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies"
    assert applier.request("DELETE", f"{policies}/{granted.home}-windlass-staging-applier")[0] == 403


def test_the_applier_hands_on_what_a_team_may_see(granted: Place, keeper: Keeper, controllers: object) -> None:
    """A role that is rendered gives rights, and nobody gives what he has not."""
    path = "specs/team-000/team.yaml"
    document = yaml.safe_load((granted.root / path).read_text())
    document["spec"]["members"] = ["people"]
    granted.write(path, yaml.safe_dump(document))
    granted.commit()
    said = granted.run("plan", "staging")
    assert said.exit == 4
    assert "WL449" in said.out
    assert "attempting to grant RBAC permissions not currently held" in said.out
    lacking = granted.run("bootstrap", "cluster", "staging", "--check")
    assert lacking.exit == 4
    assert "no applier of `staging`: it may not get, list, watch replicasets.apps in" in lacking.err
    keeper.gives()
    until(lambda: (granted.run("bootstrap", "cluster", "staging", "--check").exit, {}), 0)
    granted.applied()


def test_a_check_says_every_right_that_is_missing(granted: Place) -> None:
    space = f"{granted.prefix}-team-001"
    path = RBAC.format(space, "rolebindings")
    assert granted.admin.request("DELETE", f"{path}/windlass-staging-applier")[0] == 200
    said = until(lambda: checked(granted), 4)[1]
    assert f"it may not create, delete, get, list, patch, update, watch deployments.apps in `{space}`" in said["all"]
    assert said["all"].count("WL449") == len([line for line in said["all"].splitlines() if f"in `{space}`" in line])
    assert "windlass bootstrap cluster ENV" in said["all"]
    granted.run_as("planner")
    assert granted.run("bootstrap", "cluster", "staging", "--check", "planner").exit == 0
    assert granted.run("bootstrap", "cluster", "staging", "--check").exit == 4, "a planner is no applier"
    found = granted.run("bootstrap", "cluster", "staging", "--check", "--output", "json")
    assert {one["code"] for one in json.loads(found.out)["diagnostics"]} == {"WL449"}


def test_where_the_server_does_not_know_all_rights_each_is_asked_for(
    granted: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An authorizer beside RBAC, of which a server can list nothing."""
    asked, really = list[Any](), HttpCluster.create

    def create(cluster: HttpCluster, kind: Kind, sent: Live) -> Live | Refusal:
        if kind == bootstrap.RULES:
            return {"status": {"incomplete": True, "resourceRules": []}}
        asked.append(sent["spec"])
        return really(cluster, kind, sent)

    monkeypatch.setattr(HttpCluster, "create", create)
    said = granted.run("bootstrap", "cluster", "staging", "--check")
    assert said.exit == 0, said.all
    assert len(asked) > 100, "one for each"
    granted.run_as("planner")
    lacking = granted.run("bootstrap", "cluster", "staging", "--check")
    assert lacking.exit == 4
    assert f"it may not get pods/log in `{granted.prefix}-team-000`" in lacking.err
    assert "it may not delete, update, watch deployments.apps" in lacking.err, "what a planner has, too, is not missing"


def leave(place: Place, slug: str) -> None:
    """A model leaves, as a reviewed commit says."""
    shutil.rmtree(place.root / f"environments/staging/releases/{slug}")
    place.commit(f"it goes\n\nWindlass-Delete: {slug}")


def checked(place: Place) -> Answer:
    said = place.run("bootstrap", "cluster", "staging", "--check")
    return said.exit, {"all": said.all}


def test_nobody_can_plan_nothing(granted: Place) -> None:
    granted.run_as("nobody")
    said = granted.run("plan", "staging")
    assert said.exit == 4
    assert "WL449" in said.err
    assert "windlass bootstrap cluster ENV" in said.err
    assert granted.apply().exit == 4
    assert granted.run("bootstrap", "cluster", "staging", "--check", "planner").exit == 4


def test_a_namespace_that_was_given_to_another_is_not_taken(granted: Place) -> None:
    space = f"{granted.prefix}-team-000"
    given = {"metadata": {"annotations": {"windlass.dev/given": "prod:/Namespace:/" + space}}}
    assert granted.admin.request("PATCH", f"/api/v1/namespaces/{space}", given, MERGE)[0] == 200
    said = granted.run("plan", "staging")
    assert said.exit == 4
    assert f"Namespace {space} is there already and is not ours" in said.out


def test_nothing_but_namespaces_is_given(granted: Place) -> None:
    """Who may write in a namespace could otherwise put something there before us."""
    mark = f"staging:/ServiceAccount:{granted.prefix}-team-000/team-000-model-00000"
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "team-000-model-00000", "annotations": {"windlass.dev/given": mark}},
    }
    granted.put("serviceaccount", A, account)
    assert "is there already and is not ours" in granted.run("plan", "staging").out


def test_a_steps_executor_reports_and_can_do_nothing_else(
    place: Place, keeper: Keeper, server: Server, controllers: object
) -> None:
    """Rendered by the environment that trains, and applied by its applier, who can only give what it has."""
    place.edit("environments/staging/environment.yaml", "  promotesFrom: dev\n", "")
    place.edit("environments/staging/environment.yaml", "{monitoring", "{pipelines: argo, monitoring")
    shutil.rmtree(place.root / "environments/dev")
    place.commit()
    keeper.gives()
    place.run_as("applier")
    until(lambda: checked(place), 0)
    place.applied()
    assert place.plan().actions() == {}, "its own secrets are found by their names"
    space, name = f"{place.prefix}-team-000", "team-000-model-00000"
    secrets, applier = f"/api/v1/namespaces/{space}/secrets", server.client("applier")
    assert applier.request("GET", f"{secrets}/{name}-executor-token")[0] == 200
    assert applier.request("GET", f"{secrets}/store")[0] == 403
    assert applier.request("GET", secrets)[0] == 403
    results = ("argoproj.io", "workflowtaskresults")
    assert allowed(place.admin, space, f"{name}-executor") == {("create", *results), ("patch", *results)}
    assert allowed(place.admin, space, f"{name}-train") == set(), "the team's code runs as this one"
    assert allowed(place.admin, space, name) == set(), "and its service as this one"


def allowed(admin: Client, namespace: str, account: str) -> set[tuple[str, str, str]]:
    """What an account may do, of much that it could want."""
    everything = [
        *(
            ("", plural)
            for plural in ("configmaps", "events", "namespaces", "pods", "pods/exec", "pods/log", "secrets")
        ),
        ("", "serviceaccounts"),
        ("apps", "deployments"),
        ("argoproj.io", "workflows"),
        ("argoproj.io", "workflowtaskresults"),
        ("argoproj.io", "workflowtasksets"),
        ("rbac.authorization.k8s.io", "roles"),
    ]
    verbs = ("create", "delete", "get", "list", "patch", "update", "watch")
    every = [(verb, *kind) for kind in everything for verb in verbs]
    return {one for one in every if may(admin, namespace, account, *one)}


def may(admin: Client, namespace: str, account: str, verb: str, group: str, resource: str) -> bool:
    plural, _, part = resource.partition("/")
    asked = {"namespace": namespace, "verb": verb, "group": group, "resource": plural, "subresource": part}
    user = f"system:serviceaccount:{namespace}:{account}"
    groups = ["system:serviceaccounts", f"system:serviceaccounts:{namespace}", "system:authenticated"]
    review = {"spec": {"resourceAttributes": asked, "user": user, "groups": groups}}
    status, answer = admin.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    assert status == 201, answer
    return bool(answer["status"]["allowed"])


def give(admin: Client, namespace: str, kind: str, name: str, rules: list[dict[str, Any]]) -> None:
    group = "rbac.authorization.k8s.io"
    role = {"metadata": {"name": "more"}, "rules": rules}
    assert admin.request("POST", RBAC.format(namespace, "roles"), role)[0] == 201
    reference = {"apiGroup": group, "kind": "Role", "name": "more"}
    subjects = [{"apiGroup": group, "kind": kind, "name": name}]
    binding = {"metadata": {"name": "more"}, "roleRef": reference, "subjects": subjects}
    assert admin.request("POST", RBAC.format(namespace, "rolebindings"), binding)[0] == 201
