"""What `status` and `drift` tell of a cluster: against a real API server, over the command line."""

import json
import subprocess
import time

from tests.cluster.controllers import Controllers
from tests.cluster.place import A, B, Place
from windlass.engine.cluster import stamp


def standings(place: Place) -> dict[str, dict]:
    said = place.run("status", "staging", "--output", "json")
    assert said.exit == 0, said.all
    return {one["slug"]: one for one in json.loads(said.out)}


def test_status_before_and_after_an_apply(place: Place, controllers: Controllers) -> None:
    assert {one["state"] for one in standings(place).values()} == {"stopped"}
    place.applied()
    found = standings(place)
    assert {one["state"] for one in found.values()} == {"serving"}
    assert {one["detail"] for one in found.values()} == {""}
    assert found[A]["generation"] == 1


def test_status_tells_what_is_not_well_and_what_no_release_asks_for(served: Place, controllers: Controllers) -> None:
    controllers.broken.add("team-000-model-00000")
    path = served.path("deployment", A) + "/status"
    served.admin.request("PATCH", path, {"status": {"observedGeneration": 0}}, "application/merge-patch+json")
    while (served.get("deployment", A) or {})["status"].get("readyReplicas"):
        time.sleep(0.1)  # until its controller has seen it
    subprocess.run(["git", "rm", "-rq", f"environments/staging/releases/{B}"], cwd=served.root, check=True)
    served.commit()
    found = standings(served)
    assert found[A]["state"] == "failed"
    assert "Deployment" in found[A]["detail"]
    assert found[B]["state"] == "unasked"


def test_nothing_drifted(served: Place) -> None:
    said = served.run("drift", "staging", "--exit-code")
    assert (said.exit, said.out) == (0, "staging: everything is as it was applied\n")


def test_drift_names_who_changed_what(served: Place) -> None:
    served.patch("deployment", A, {"spec": {"replicas": 7}}, manager="kubectl-edit")
    served.patch("service", A, {"metadata": {"labels": {"windlass.dev/team": None}}})
    served.delete("service", B)
    said = served.run("drift", "staging", "--exit-code")
    assert said.exit == 3, said.all
    lines = [" ".join(line.split()) for line in said.out.splitlines()]
    assert lines[0] == "staging: 3 objects not as applied"
    (replicas,) = [line for line in lines if "spec.replicas" in line]
    assert replicas.startswith("spec.replicas 2 -> 7 by kubectl-edit at 2")
    assert "metadata.labels.windlass.dev/team team-000 -> (none) by somebody" in lines
    assert f"Service {served.prefix}-team-001/team-001-model-00001 deleted" in lines
    told = json.loads(served.run("drift", "staging", "--output", "json").out)["drift"]
    assert {one["object"]["kind"] for one in told} == {"Deployment", "Service"}


def test_drift_is_not_hidden_by_who_makes_an_object_anew_or_edits_its_mark(served: Place) -> None:
    live = served.get("deployment", A)
    served.delete("deployment", A)
    meta = {"name": live["metadata"]["name"], "labels": live["metadata"]["labels"]}
    theirs = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": live["spec"]}
    path = served.path("deployment", A).rpartition("/")[0]
    assert served.admin.request("POST", f"{path}?fieldManager=kubectl-create", theirs)[0] == 201
    served.patch(
        "service",
        B,
        {"metadata": {"annotations": {stamp.APPLIED: "sha256:0"}, "labels": {"windlass.dev/team": "theirs"}}},
    )
    said = served.run("drift", "staging", "--exit-code")
    assert said.exit == 3, said.all
    assert f"Deployment {served.prefix}-team-000/team-000-model-00000  made anew by somebody" in said.out
    assert f"Service {served.prefix}-team-001/team-001-model-00001  changed" in said.out
    standing = json.loads(served.run("status", "staging", "--output", "json").out)[0]
    assert standing["state"] == "failed"
    assert "Deployment" in standing["detail"]


def test_what_git_asks_for_anew_is_no_drift(served: Place) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    assert served.plan("--exit-code").exit == 3
    assert served.run("drift", "staging", "--exit-code").exit == 0
    served.patch("deployment", A, {"spec": {"minReadySeconds": 3}})
    assert served.run("drift", "staging", "--exit-code").exit == 0, "a field that is not ours is nobody's drift"
    served.patch("deployment", A, {"spec": {"replicas": 7}})
    said = served.run("drift", "staging", "--exit-code")
    assert said.exit == 3
    assert "spec.replicas" in said.out


def test_a_receipt_goes_to_a_file_and_is_recorded_once(place: Place, controllers: Controllers) -> None:
    said = place.apply("--receipt", "receipt.json")
    assert said.exit == 0, said.all
    assert recorded(place) == []
    told = place.run("record", "receipt.json", "--output", "json")
    assert told.exit == 0, told.all
    (receipt,) = recorded(place)
    same = json.loads(told.out)["receipt"]
    assert (receipt["number"], receipt["plan"], receipt["objects"]) == (same["number"], same["plan"], same["objects"])
    assert receipt["served"][A]["healthy"]
    again = place.run("record", "receipt.json")
    assert again.exit == 0
    assert "nothing to do" in again.out
    assert len(recorded(place)) == 1
    assert place.plan("--exit-code").exit == 0


def recorded(place: Place) -> list[dict]:
    """The receipts of the ledger's branch."""
    words = ["git", "for-each-ref", "--format=%(refname:short)", "refs/heads/windlass/ledger/staging"]
    if not subprocess.run(words, cwd=place.root, check=True, capture_output=True).stdout:
        return []
    return place.receipts()


def test_logs_are_asked_of_pods(served: Place) -> None:
    said = served.run("logs", A, "--env", "staging")
    assert (said.exit, said.out.strip()) == (0, f"{A} has no pods in {served.prefix}-team-000")
    followed = served.run("logs", A, "--env", "staging", "-f")
    assert followed.exit == 2
    assert "cannot follow" in followed.err
