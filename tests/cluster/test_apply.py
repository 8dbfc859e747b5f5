"""What an apply of a cluster writes, deletes, leaves alone and tells: against a real API server, over the command line."""

import shutil
import subprocess
import threading
import time

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.place import A, B, Place
from windlass.engine.cluster import applyset, stamp
from windlass.flows.cluster import waiting

PART_OF = applyset.PART_OF


def test_everything_is_written_once_and_listed(served: Place) -> None:
    live = served.get("deployment", A)
    assert live["metadata"]["annotations"][stamp.OWNER].startswith("staging:apps/Deployment:")
    parent = served.inventory()
    assert parent["metadata"]["annotations"][applyset.TOOLING].startswith("windlass/v")
    assert parent["metadata"]["annotations"][applyset.KINDS].split(",") == sorted(
        {line.partition("/")[0] for line in served.members()}
    )
    assert f"Deployment.apps/team-000-model-00000.{served.prefix}-team-000" in served.members()
    uids = dict(line.split() for line in parent["data"]["members"].splitlines())
    assert uids[f"Deployment.apps/team-000-model-00000.{served.prefix}-team-000"] == live["metadata"]["uid"]
    receipt = served.receipts()[-1]
    assert receipt["outcome"] == "succeeded"
    assert {one["outcome"] for one in receipt["objects"]} == {"done"}
    assert receipt["served"][A]["healthy"]


def test_a_second_apply_writes_nothing(served: Place, detour: Faults) -> None:
    said = served.applied()
    assert "nothing to do" in said.all or "unchanged" in said.all
    assert {one.target.partition("?")[0].rpartition("/")[2] for one in detour.writes} == {"windlass-staging"}, (
        "its lease"
    )
    assert len(served.receipts()) == 1


def test_every_object_is_dry_run_before_the_first_write(served: Place, detour: Faults) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    detour.requests.clear()
    served.applied()
    patches = [one for one in detour.requests if one.method == "PATCH" and "/windlass-staging" not in one.target]
    dry = [number for number, one in enumerate(patches) if "dryRun=All" in one.target]
    assert dry == list(range(len(dry)))
    assert len(dry) < len(patches)


def test_a_model_leaves_by_a_trailer_and_is_listed_until_it_is_gone(served: Place) -> None:
    subprocess.run(["git", "rm", "-rq", f"environments/staging/releases/{B}"], cwd=served.root, check=True)
    served.commit("B goes")
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert "a commit must say `Windlass-Delete: team-001/model-00001`" in said.out
    served.commit("B goes\n\nWindlass-Delete: team-001/model-00001")
    assert set(served.plan().actions().values()) == {"delete"}
    served.applied()
    assert served.get("deployment", B) is None
    assert served.get("deployment", A) is not None
    assert not [line for line in served.members() if "model-00001" in line]
    assert served.plan().actions() == {}


def test_a_label_that_was_copied_deletes_nothing(served: Place) -> None:
    label = served.get("service", A)["metadata"]["labels"][PART_OF]
    meta = {"name": "stranger", "labels": {PART_OF: label}}
    served.put(
        "configmap", A, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta, "data": {"a": "b"}}, "stranger"
    )
    said = served.run("plan", "staging")
    assert said.exit == 0, said.out
    assert "is left alone: the inventory does not list it: its label was copied  WL450" in said.out
    served.applied()
    assert served.get("configmap", A, "stranger") is not None


def test_an_object_that_somebody_made_anew_is_not_deleted(served: Place) -> None:
    live = served.get("service", B)
    served.delete("service", B)
    meta = {key: live["metadata"][key] for key in ("name", "labels", "annotations")}
    served.put(
        "service", B, {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {"ports": [{"port": 1}]}}
    )
    subprocess.run(["git", "rm", "-rq", f"environments/staging/releases/{B}"], cwd=served.root, check=True)
    served.commit("B goes\n\nWindlass-Delete: team-001/model-00001")
    said = served.run("plan", "staging")
    assert "it is not the object that was applied" in said.out
    served.applied()
    assert served.get("service", B) is not None
    assert served.get("deployment", B) is None


@pytest.mark.parametrize(("word", "listed"), [("keep", True), ("orphan", False)])
def test_what_an_overlay_keeps_stays(served: Place, word: str, listed: bool) -> None:
    served.overlay(B, objects=f"[{{kind: Service, onRemoval: {word}}}]")
    served.applied()
    subprocess.run(["git", "rm", "-rq", f"environments/staging/releases/{B}"], cwd=served.root, check=True)
    subprocess.run(["git", "rm", "-rq", "environments/staging/overlays"], cwd=served.root, check=True)
    served.commit("B goes\n\nWindlass-Delete: team-001/model-00001")
    served.applied()
    live = served.get("service", B)
    assert live is not None
    assert served.get("deployment", B) is None
    assert (PART_OF in live["metadata"]["labels"]) is listed
    assert bool([line for line in served.members() if line.startswith("Service/team-001")]) is listed
    assert served.plan().actions() == {}


def test_a_protected_kind_is_never_deleted(served: Place) -> None:
    environment = served.root / "environments/staging/environment.yaml"
    environment.write_text(environment.read_text().replace(", tenancy: namespace", ""))
    served.commit("no tenancy\n\nWindlass-Delete: team-000\nWindlass-Delete: team-001")
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert f"Namespace {served.prefix}-team-000 would be deleted, and no plan may delete a Namespace  WL452" in said.out


def test_an_empty_render_is_refused(served: Place) -> None:
    environment = served.root / "environments/staging/environment.yaml"
    environment.write_text(environment.read_text().replace(", tenancy: namespace", ""))
    subprocess.run(["git", "rm", "-rq", "environments/staging/releases"], cwd=served.root, check=True)
    served.commit(f"all go\n\nWindlass-Delete: {A}\nWindlass-Delete: {B}")
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert "WL446" in said.all
    assert served.get("deployment", A) is not None


@pytest.mark.parametrize("what", ["changed", "deleted", "created", "inventory", "commit"])
def test_a_plan_is_refused_when_anything_moved(served: Place, what: str) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    if what == "created":
        served.delete("service", B)
    served.plan("--out", "plan.json")
    if what == "changed":
        served.patch("service", B, {"metadata": {"labels": {"hello": "there"}}})
    if what == "deleted":
        served.delete("service", B)
    if what == "created":
        body = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"ports": [{"port": 1}]}}
        served.put("service", B, {**body, "metadata": {"name": "team-001-model-00001"}})
    if what == "inventory":
        served.patch("configmap", served.home, {"metadata": {"labels": {"hello": "there"}}}, "windlass-staging")
    if what == "commit":
        served.commit("another")
    said = served.run("apply", "staging", "--plan", "plan.json")
    assert said.exit == 4, said.all
    assert "WL410" in said.all
    assert served.get("deployment", A)["spec"]["replicas"] == 2


def test_a_plan_made_of_nothing_is_refused_when_something_came(place: Place, controllers: Controllers) -> None:
    place.plan("--out", "plan.json")
    place.admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": f"{place.prefix}-team-000"}})
    said = place.run("apply", "staging", "--plan", "plan.json")
    assert said.exit == 4, said.all
    assert f"Namespace {place.prefix}-team-000 was absent, now exists" in said.all
    assert place.get("configmap", place.home, "windlass-staging") is None


def test_status_alone_makes_no_plan_stale(served: Place) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    served.plan("--out", "plan.json")
    path = served.path("deployment", B) + "/status"
    served.admin.request("PATCH", path, {"status": {"readyReplicas": 1}}, "application/merge-patch+json")
    said = served.run("apply", "staging", "--plan", "plan.json")
    assert said.exit == 0, said.all
    assert served.get("deployment", A)["spec"]["replicas"] == 5


def test_an_inventory_of_another_tool_is_not_touched(place: Place) -> None:
    place.admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": place.home}})
    meta = {"name": "windlass-staging", "annotations": {applyset.TOOLING: "kubectl/v1.34"}}
    place.put("configmap", place.home, {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta}, "windlass-staging")
    said = place.run("plan", "staging")
    assert said.exit == 4
    assert "it is the inventory of another tool: `kubectl/v1.34`" in said.all
    assert "WL445" in said.all


@pytest.mark.parametrize("few", [waiting.FEW, 0], ids=["read", "listed"])
def test_what_does_not_get_well_is_told_with_its_reason(
    place: Place, controllers: Controllers, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(waiting, "FEW", few)
    controllers.broken.add("team-001-model-00001")
    said = place.apply()
    assert said.exit == 1
    assert f"Deployment {place.prefix}-team-001/team-001-model-00001" in said.err
    assert "WL576" in said.err
    receipt = place.receipts()[-1]
    assert receipt["outcome"] == "failed"
    assert receipt["served"][A]["healthy"]
    assert not receipt["served"][B]["healthy"]
    controllers.broken.clear()
    path = place.path("deployment", B) + "/status"
    place.admin.request("PATCH", path, {"status": {"observedGeneration": 0}}, "application/merge-patch+json")
    assert place.apply().exit == 0
    assert place.receipts()[-1]["served"][B]["healthy"]


def test_what_was_not_touched_is_looked_at_before_a_receipt_calls_it_healthy(served: Place) -> None:
    path = served.path("deployment", A) + "/status"
    ill = {"readyReplicas": 0, "availableReplicas": 0, "unavailableReplicas": 2}
    served.admin.request("PATCH", path, {"status": ill}, "application/merge-patch+json")
    served.delete("service", B)
    said = served.apply()
    assert said.exit == 0, said.all
    assert "which this apply did not touch, is not well" in said.err
    told = served.receipts()[-1]["served"]
    assert (told[A]["healthy"], told[B]["healthy"]) == (False, True)


def test_an_older_commit_than_what_was_applied_is_refused(served: Place) -> None:
    before = served.git("rev-parse", "HEAD").strip()
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    served.applied()
    served.git("checkout", "-q", before)
    for said in (served.run("plan", "staging"), served.apply()):
        assert said.exit == 4, said.all
        assert "WL438" in said.all
    assert served.get("deployment", A)["spec"]["replicas"] == 5


def test_what_only_crashes_is_not_waited_for_to_the_end(
    place: Place, controllers: Controllers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LOOK", 0.2)
    controllers.unseen.add("team-001-model-00001")
    place.environment("admin", wait="120s")
    crashes = threading.Thread(target=crashing, args=(place, "team-001-model-00001"))
    crashes.start()
    began = time.monotonic()
    said = place.apply()
    crashes.join()
    assert (said.exit, time.monotonic() - began < 100) == (1, True), said.all
    assert "team-001-model-00001-abc: model started anew 4 times" in said.err, said.err
    assert not place.receipts()[-1]["served"][B]["healthy"]


def crashing(place: Place, name: str) -> None:
    """A pod of a Deployment, once that is there, whose container starts anew again and again."""
    space = f"/api/v1/namespaces/{place.prefix}-team-001"
    while place.admin.request("GET", place.path("deployment", B))[0] != 200:
        time.sleep(0.1)
    labels = place.get("deployment", B)["spec"]["selector"]["matchLabels"]
    place.admin.request("POST", f"{space}/serviceaccounts", {"metadata": {"name": "default"}})
    limits = {"limits": {"cpu": "1", "memory": "1Gi"}, "requests": {"cpu": "1", "memory": "1Gi"}}
    restricted = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    model = {"name": "model", "image": "local/model:1", "resources": limits, "securityContext": restricted}
    security = {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {
        "metadata": {"name": f"{name}-abc", "labels": labels},
        "spec": {"containers": [model], "securityContext": security},
    }
    status, answer = place.admin.request("POST", f"{space}/pods", pod)
    assert status == 201, answer
    for restarts in range(5):
        time.sleep(1)
        told = {"name": "model", "restartCount": restarts, "image": "", "imageID": "", "ready": False}
        path = f"{space}/pods/{name}-abc/status"
        place.admin.request("PATCH", path, {"status": {"containerStatuses": [told]}}, "application/merge-patch+json")


def test_what_lost_its_label_is_waited_for_all_the_same(
    place: Place, controllers: Controllers, detour: Faults, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No list has it."""
    monkeypatch.setattr(waiting, "FEW", 0)
    written = detour.on("PATCH", "^(?!.*dryRun).*/windlass-staging", 2)
    written.meanwhile(lambda: place.patch("deployment", B, {"metadata": {"labels": {PART_OF: None}}}))
    place.applied()
    assert written.seen == 2
    assert place.receipts()[-1]["served"][B]["healthy"]
    assert [one for one in detour.requests if "labelSelector" in one.target and "/deployments" in one.path]


def test_what_no_store_has_is_not_applied(place: Place, controllers: Controllers) -> None:
    shutil.rmtree(place.root.parent / "store")
    said = place.apply()
    assert said.exit == 5, said.all
    assert "no store of the chain has the model and the bento of team-000/model-00000" in said.err
    assert "WL521" in said.err
    assert place.get("deployment", A) is None
