"""What a plan of a cluster says: against a real API server, over the command line."""

from tests.cluster.faults import Faults
from tests.cluster.place import A, B, Place

FLEET = 9
"""Objects of each model, besides its team's."""


def test_the_first_plan_creates_and_the_second_finds_nothing(served: Place, detour: Faults) -> None:
    said = served.plan("--exit-code")
    assert said.exit == 0, said.all
    assert said.actions() == {}
    asked = [one for one in detour.requests if one.method != "GET"]
    assert asked == [], "what is as it was applied is found without a dry run"
    kinds = {one["identity"]["kind"] for one in said.plan["changes"]}
    lists = [one for one in detour.requests if "labelSelector" in one.target]
    assert len(lists) == len(kinds), "each kind is asked for once"


def test_nothing_is_written_by_a_plan(place: Place, detour: Faults) -> None:
    said = place.plan("--exit-code")
    assert said.exit == 3
    assert set(said.actions().values()) == {"create"}
    assert "/team-000-model-00000   2 copies; its namespace is new" in place.run("plan", "staging").out
    assert all("dryRun=All" in one.target for one in detour.requests if one.method != "GET")
    assert place.get("configmap", place.home, "windlass-staging") is None


def test_an_update_is_told_field_by_field(served: Place) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    said = served.run("plan", "staging")
    assert f"~ Deployment {served.prefix}-team-000/team-000-model-00000   2 -> 5 copies" in said.out
    assert "spec.replicas" in said.out
    assert "2 -> 5" in said.out
    assert served.plan().actions() == {
        "Deployment team-000-model-00000": "update",
        "PodDisruptionBudget team-000-model-00000": "update",
    }


def test_a_field_that_somebody_changed_is_a_conflict_with_a_name(served: Place) -> None:
    served.patch("deployment", A, {"spec": {"replicas": 7}})
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert "`kubectl-edit` has `spec.replicas`  WL441" in said.out
    assert "7 -> 2" in said.out
    assert "by kubectl-edit at " in said.out
    assert served.apply().exit == 4
    assert served.get("deployment", A)["spec"]["replicas"] == 7


def test_a_field_that_is_taken_is_written_over(served: Place) -> None:
    served.patch("deployment", A, {"spec": {"replicas": 7}})
    served.overlay(A, objects="[{kind: Deployment, take: [spec.replicas]}]")
    served.applied()
    assert served.get("deployment", A)["spec"]["replicas"] == 2
    assert served.plan().actions() == {}


def test_taking_one_field_does_not_take_another(served: Place) -> None:
    served.patch("deployment", A, {"spec": {"replicas": 7, "revisionHistoryLimit": 3, "minReadySeconds": 9}})
    served.overlay(A, objects="[{kind: Deployment, take: [spec.strategy]}]")
    assert "WL441" in served.run("plan", "staging").out


def test_a_field_that_is_left_to_others_stays_as_they_set_it(served: Place) -> None:
    served.patch("deployment", A, {"spec": {"replicas": 7}}, manager="autoscaler")
    served.overlay(A, "{serving: {resources: {cpu: 300m}}}", "[{kind: Deployment, yield: [spec.replicas]}]")
    served.applied()
    live = served.get("deployment", A)
    assert live["spec"]["replicas"] == 7
    assert live["spec"]["template"]["spec"]["containers"][0]["resources"]["requests"]["cpu"] == "300m"
    said = served.plan()
    assert said.exit == 0
    assert said.actions() == {}


def test_a_label_that_was_taken_off_is_put_back(served: Place) -> None:
    served.patch(
        "service", A, {"metadata": {"labels": {"windlass.dev/team": None, "applyset.kubernetes.io/part-of": None}}}
    )
    assert served.plan().actions() == {"Service team-000-model-00000": "update"}
    served.applied()
    assert served.get("service", A)["metadata"]["labels"]["windlass.dev/team"] == "team-000"
    assert served.plan().actions() == {}


def test_what_is_there_and_not_ours_blocks(place: Place, controllers: object) -> None:
    space = f"{place.prefix}-team-000"
    place.admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
    account = {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": "team-000-model-00000", "labels": {"a": "b"}},
    }
    place.put("serviceaccount", A, account)
    said = place.run("plan", "staging")
    assert said.exit == 4
    assert "is there already and is not ours: it was made by somebody  WL440" in said.out
    assert f"! Namespace {space}" in said.out, "the namespace is not ours either"
    assert place.apply().exit == 4
    assert place.get("configmap", place.home, "windlass-staging") is None


def test_what_is_there_can_be_adopted(place: Place, controllers: object) -> None:
    space = f"{place.prefix}-team-000"
    place.admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": space}})
    place.write(
        "environments/staging/overlays/ours.yaml",
        "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {name: ours}\n"
        "spec: {for: {team: team-000}, objects: [{kind: Namespace, adopt: true}]}\n",
    )
    place.commit()
    said = place.plan()
    assert said.actions()[f"Namespace {space}"] == "update"
    place.applied()
    assert place.plan().actions() == {}


def test_a_field_that_cannot_change_blocks_or_replaces(served: Place) -> None:
    path = "templates/serving/bentoml/service.yaml.j2"
    served.template(path, "type: ClusterIP", "type: ClusterIP\n  clusterIP: None")
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert "WL443" in said.out
    assert "spec.clusterIP" in said.out
    before = served.get("service", A)["metadata"]["uid"]
    for slug, name in ((A, "one"), (B, "two")):
        served.overlay(slug, objects="[{kind: Service, replace: true}]", name=name)
    assert served.plan().actions()["Service team-000-model-00000"] == "replace"
    served.applied()
    live = served.get("service", A)
    assert live["spec"]["clusterIP"] == "None"
    assert live["metadata"]["uid"] != before
    assert served.plan().actions() == {}


def test_a_kind_that_nobody_serves_is_named(place: Place) -> None:
    path = "templates/serving/bentoml/service.yaml.j2"
    place.template(path, "apiVersion: v1", "apiVersion: example.org/v1")
    said = place.run("plan", "staging")
    assert said.exit == 4
    assert "the cluster does not serve example.org/v1 Service" in said.out
    assert "WL451" in said.out


def test_all_that_the_server_refuses_is_told_at_once(served: Place) -> None:
    path = "templates/serving/bentoml/service.yaml.j2"
    served.template(path, "port: 80", "port: 99999")
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert said.out.count("WL442") == 2, said.out
    assert "spec.ports[0].port" in said.out
