"""What goes wrong between an apply and the server, or in it: nothing is lost, doubled, or told as done when it is not."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.client import MERGE
from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults, Rule
from tests.cluster.place import WRITES, A, B, Place
from tests.cluster.server import Server
from windlass.adapters.kubernetes import lease
from windlass.adapters.kubernetes.requests import Requests
from windlass.flows.cluster import until

MONITOR = "templates/monitoring/prometheus/servicemonitor.yaml.j2"
WAYS: dict[str, Callable[[Rule], None]] = {
    "409": lambda rule: rule.answer(409, "the object has been modified; try again"),
    "429": lambda rule: rule.answer(429, retry_after=1),
    "500": lambda rule: rule.answer(500),
    "503": lambda rule: rule.answer(503),
    "hangs": Rule.hang,
    "is cut before": Rule.cut,
    "is cut after": Rule.lose,
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request may take a second, and two with its repetitions; one about the lease, one with them."""
    monkeypatch.setattr(Requests.__init__, "__defaults__", (2.0, 1.0))
    monkeypatch.setattr(lease, "RENEW", 1.0)


@pytest.mark.parametrize("how", WAYS)
def test_a_write_that_goes_wrong_once_is_done_once(served: Place, detour: Faults, impatient: None, how: str) -> None:
    uid = served.get("deployment", A)["metadata"]["uid"]
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    rule = detour.on("PATCH", f"{WRITES}.*/deployments/", 1)
    WAYS[how](rule)
    began = time.monotonic()
    served.applied()
    assert rule.seen == 2
    assert how != "429" or time.monotonic() - began > 1, "as long as the server said"
    live = served.get("deployment", A)
    assert (live["spec"]["replicas"], live["metadata"]["uid"]) == (5, uid)
    assert served.receipts()[-1]["outcome"] == "succeeded"


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", "/leases"),
        ("PATCH", "/windlass-staging"),
        ("PATCH", "/namespaces/[^/]*-team-000[?]"),
        ("PATCH", "/deployments/"),
    ],
)
def test_an_answer_that_is_lost_makes_nothing_twice(
    place: Place, controllers: Controllers, detour: Faults, method: str, target: str
) -> None:
    rule = detour.on(method, f"^(?!.*dryRun).*{target}", 1)
    rule.lose()
    began = time.monotonic()
    place.applied()
    assert rule.seen
    assert time.monotonic() - began < 20, "nobody waited for their own lease"
    assert place.members() == set(place.all())
    assert {one["detail"] for one in place.receipts()[-1]["objects"]} == {"created"}


@pytest.mark.parametrize(("word", "method"), [("delete", "DELETE"), ("orphan", "PUT")])
def test_an_object_that_left_while_the_answer_was_lost_has_left(
    served: Place, detour: Faults, word: str, method: str
) -> None:
    served.overlay(B, objects=f"[{{kind: Service, onRemoval: {word}}}]")
    served.applied()
    served.git("rm", "-rq", "environments/staging/overlays")
    served.leaves(B)
    rule = detour.on(method, "/services/", 1)
    rule.lose()
    served.applied()
    assert rule.seen > 1
    assert (served.get("service", B) is None) is (word == "delete")
    assert not [line for line in served.members() if "model-00001" in line]


def test_a_lease_whose_renewal_was_lost_is_still_ours(served: Place, detour: Faults) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    running = served.start("apply", "staging", "--yes", seconds=6)
    detour.on("PUT", "/leases/", 2).lose()
    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).delay(3)
    out, err = running.communicate(timeout=120)
    assert running.returncode == 0, out + err


def test_one_object_that_is_refused_stops_its_model_alone(
    place: Place, controllers: Controllers, detour: Faults
) -> None:
    detour.on("PATCH", f"{WRITES}.*-team-001/services/").answer(422, "Service is invalid: made up")
    said = place.apply()
    assert said.exit == 1
    assert "WL442" in said.err
    assert place.get("deployment", A) is not None
    assert place.get("service", B) is None
    assert place.get("deployment", B) is None, "what needs it is not written"
    receipt = place.receipts()[-1]
    told = _told(receipt)
    assert receipt["outcome"] == "failed"
    assert told[f"Service {place.prefix}-team-001/team-001-model-00001"] == "failed"
    assert told[f"Deployment {place.prefix}-team-001/team-001-model-00001"] == "skipped"
    assert {slug: one["healthy"] for slug, one in receipt["served"].items()} == {A: True, B: False}
    assert place.members() == set(place.all())
    _resumed(place, detour)


def test_what_was_not_reached_is_not_told_as_served(served: Place, detour: Faults, impatient: None) -> None:
    """The server goes away at the first object: none of both models' releases is there as asked."""
    for slug, name in ((A, "one"), (B, "two")):
        served.overlay(slug, "{serving: {minReplicas: 5, maxReplicas: 5}}", name=name)
    detour.on("PATCH", f"{WRITES}.*/poddisruptionbudgets/").cut()
    said = served.apply()
    assert said.exit == 5
    assert "WL570" in said.err
    receipt = served.receipts()[-1]
    assert receipt["outcome"] == "failed"
    assert not any(one["healthy"] for one in receipt["served"].values())
    assert set(_told(receipt).values()) == {"failed", "skipped"}
    _resumed(served, detour)


def test_who_saw_nothing_get_well_does_not_tell_that_it_is(
    place: Place, controllers: Controllers, detour: Faults, impatient: None
) -> None:
    """The server goes away while it is waited for what was written."""
    wrote = detour.on("PATCH", f"{WRITES}.*/windlass-staging", 2)
    wrote.meanwhile(lambda: detour.on("GET").cut())
    said = place.apply()
    assert said.exit == 5
    receipt = place.receipts()[-1]
    assert set(_told(receipt).values()) == {"done"}
    assert not any(one["healthy"] for one in receipt["served"].values())
    _resumed(place, detour)


def test_the_server_is_killed_while_it_is_written_to(
    served: Place, detour: Faults, server: Server, controllers: Controllers
) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    served.leaves(B)

    def die() -> None:
        server.apiserver.kill()
        threading.Timer(1, server.apiserver.start).start()

    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).meanwhile(die)
    said = served.apply()
    server.wait()
    assert said.exit in (0, 5), said.all
    if said.exit:  # it took longer to start than anybody waits
        _resumed(served, detour)
    assert served.get("deployment", A)["spec"]["replicas"] == 5
    assert served.get("deployment", B) is None
    assert served.members() == set(served.all())


def test_a_login_that_ends_half_way(served: Place, detour: Faults) -> None:
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    detour.on("PATCH", f"{WRITES}.*/deployments/").answer(401, "Unauthorized")
    said = served.apply()
    assert said.exit == 5
    assert "WL572" in said.err
    assert served.receipts()[-1]["outcome"] == "failed"
    _resumed(served, detour)


def test_a_login_that_is_renewed_half_way(
    served: Place, detour: Faults, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kubeconfig names a program that gives a token: the first is good for a few requests."""
    document = yaml.safe_load(detour.kubeconfig.read_text())
    (admin,) = [one["user"] for one in document["users"] if one["name"] == "admin"]
    token, program = admin.pop("token"), tmp_path / "login"
    program.write_text(
        f"""#!/bin/sh
echo again >> {tmp_path}/logins
printf '{{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{{"token":"{token}"}}}}'
"""
    )
    program.chmod(0o755)
    admin["exec"] = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": str(program),
        "interactiveMode": "Never",
    }
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(document))
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    before = served.plan().exit, (tmp_path / "logins").read_text().count("again")
    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).answer(401, "Unauthorized")
    served.applied()
    assert (tmp_path / "logins").read_text().count("again") > 2 * before[1]


def test_a_namespace_that_is_going(served: Place) -> None:
    served.admin.request("DELETE", f"/api/v1/namespaces/{served.prefix}-team-001")
    said = served.run("plan", "staging")
    assert said.exit == 5
    assert f"Namespace {served.prefix}-team-001 is being deleted" in said.err
    assert "WL577" in said.err


def test_a_namespace_that_goes_while_it_is_written_to(place: Place, controllers: Controllers, detour: Faults) -> None:
    place.environment("admin", wait="2s")
    space = f"{place.prefix}-team-001"
    rule = detour.on("PATCH", f"{WRITES}.*{space}/services/", 1)
    rule.meanwhile(lambda: place.admin.request("DELETE", f"/api/v1/namespaces/{space}"))
    said = place.apply()
    assert said.exit == 5
    assert "WL577" in said.err
    assert f"the namespace `{space}` is being deleted" in said.err
    told = _told(place.receipts()[-1])
    assert told[f"Deployment {place.prefix}-team-000/team-000-model-00000"] == "done", "the other model is served"
    assert told[f"Deployment {space}/team-001-model-00001"] == "skipped"


def test_a_quota_that_is_used_up_is_told_with_its_numbers(served: Place) -> None:
    path = f"/api/v1/namespaces/{served.prefix}-team-001/resourcequotas"
    hard = {"count/services": "1"}
    served.admin.request("POST", path, {"metadata": {"name": "few"}, "spec": {"hard": hard}})
    served.admin.request("PATCH", f"{path}/few/status", {"status": {"hard": hard, "used": hard}}, MERGE)
    served.delete("service", B)
    limit = time.monotonic() + 20
    while (said := served.run("plan", "staging")).exit != 4:
        assert time.monotonic() < limit, "the quota is not in force"
    assert "exceeds the quota `few`: asks count/services=1, used count/services=1 of count/services=1" in said.out
    assert "WL448" in said.out


@pytest.mark.parametrize("finalizer", ["example.org/hold"])
def test_an_object_that_a_finalizer_holds_is_not_told_as_deleted(
    served: Place, monkeypatch: pytest.MonkeyPatch, finalizer: str
) -> None:
    monkeypatch.setattr(until, "GONE", 0.5)
    served.patch("service", B, {"metadata": {"finalizers": [finalizer]}})
    served.leaves(B)
    for _ in range(2):
        said = served.apply()
        assert said.exit == 5
        assert f"is being deleted: {finalizer} holds it" in said.err
        assert served.receipts()[-1]["outcome"] == "failed"
        assert [line for line in served.members() if line.startswith("Service/team-001")], "it stays listed"
    served.patch("service", B, {"metadata": {"finalizers": None}})
    served.applied()
    assert served.members() == set(served.all())
    assert not [line for line in served.members() if "model-00001" in line]


def test_an_object_that_a_finalizer_holds_is_not_made_anew_in_its_place(
    served: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    served.patch("service", B, {"metadata": {"finalizers": ["example.org/hold"]}})
    served.delete("service", B)
    for said in (served.run("plan", "staging"), served.apply()):
        assert said.exit == 5, said.all
        assert "WL577" in said.err
        assert "is being deleted: example.org/hold holds it" in said.err
    served.patch("service", B, {"metadata": {"finalizers": None}})
    served.applied()
    assert served.get("service", B) is not None


def test_a_status_that_moves_right_before_a_delete_does_not_stop_it(served: Place, detour: Faults) -> None:
    served.leaves(B)
    rule = detour.on("DELETE", "/deployments/", 1)
    rule.meanwhile(lambda: served.says("deployment", B, {"collisionCount": 1}))
    served.applied()
    assert rule.seen == 2
    assert served.get("deployment", B) is None


def test_a_custom_kind_that_gained_a_default(served: Place) -> None:
    """It is as it was: what the server adds is nobody's, and what we change is still ours to change."""
    path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/servicemonitors.monitoring.coreos.com"
    spec = served.admin.request("GET", path)[1]["spec"]
    more = json.loads(json.dumps(spec))
    inner = more["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"]
    inner["gained"] = {"type": "string", "default": "yes"}
    try:
        served.admin.request("PATCH", path, {"spec": more}, MERGE)
        _until(lambda: _monitor(served)["spec"].get("gained") == "yes")
        assert served.plan().actions() == {}
        served.template(MONITOR, "path: [= target.path | scalar =]", "path: /other")
        assert set(served.plan().actions().values()) == {"update"}
        served.applied()
        assert _monitor(served)["spec"]["gained"] == "yes"
        assert served.plan().actions() == {}
        del inner["jobLabel"]
        served.admin.request("PATCH", path, {"spec": more}, MERGE)
        served.edit(MONITOR, "  jobLabel: [= target.jobLabel | scalar =]\n", "")
        served.commit()
        _until(lambda: "jobLabel" not in _monitor(served)["spec"])
        served.applied()
        assert served.plan().actions() == {}
    finally:
        served.admin.request("PATCH", path, {"spec": {**spec, "versions": spec["versions"]}}, MERGE)


def _monitor(place: Place) -> dict[str, Any]:
    path = f"/apis/monitoring.coreos.com/v1/namespaces/{place.prefix}-team-000/servicemonitors/team-000-model-00000"
    return place.admin.request("GET", path)[1]


def _until(so: Callable[[], bool]) -> None:
    limit = time.monotonic() + 20
    while not so():
        assert time.monotonic() < limit
        time.sleep(0.1)


def _told(receipt: dict[str, Any]) -> dict[str, str]:
    return {f"{one['kind']} {one['name']}": one["outcome"] for one in receipt["objects"]}


def _resumed(place: Place, detour: Faults) -> None:
    """The next apply, with nothing in its way, finishes and says so."""
    detour.clear()
    place.applied()
    receipt = place.receipts()[-1]
    assert receipt["outcome"] == "succeeded"
    assert all(one["healthy"] for one in receipt["served"].values())
    assert place.members() == set(place.all())
    assert place.plan().actions() == {}
