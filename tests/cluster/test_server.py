"""What the test server is good for: each thing that a plan or an apply must expect of a cluster is shown on it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from tests.cluster.client import APPLY, MERGE

RULES = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create", "patch", "delete"]}]
WHOLE = {"apiGroups": ["*"], "apiVersions": ["*"], "resources": ["*"]}


def configmap(name, **data):
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def apply(client, collection, value, query="fieldManager=one"):
    """Server-side apply, by the path of the collection."""
    return client.request("PATCH", f"{collection}/{value['metadata']['name']}?{query}", value, APPLY)


@pytest.fixture
def maps(namespace):
    """The path of the namespace's ConfigMaps."""
    return f"/api/v1/namespaces/{namespace}/configmaps"


@pytest.fixture
def grant(admin, namespace):
    """Gives a user the rules in the namespace."""

    def give(user):
        path = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        assert admin.request("POST", f"{path}/roles", {"metadata": {"name": user}, "rules": RULES})[0] == 201
        subject = {"kind": "User", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
        role = {"kind": "Role", "name": user, "apiGroup": "rbac.authorization.k8s.io"}
        binding = {"metadata": {"name": user}, "subjects": [subject], "roleRef": role}
        assert admin.request("POST", f"{path}/rolebindings", binding)[0] == 201

    return give


def test_it_is_the_version_that_is_pinned(admin):
    status, answer = admin.request("GET", "/version")
    assert (status, answer["major"], answer["minor"]) == (200, "1", "34")


def test_server_side_apply_and_a_conflict_with_its_causes(admin, maps):
    assert apply(admin, maps, configmap("a", x="1", y="1"))[0] == 201
    assert apply(admin, maps, configmap("a", x="1", y="1"))[0] == 200
    status, answer = apply(admin, maps, configmap("a", x="2"), "fieldManager=two")
    assert (status, answer["reason"]) == (409, "Conflict")
    (cause,) = answer["details"]["causes"]
    assert cause == {"reason": "FieldManagerConflict", "message": 'conflict with "one"', "field": ".data.x"}
    forced = apply(admin, maps, configmap("a", x="2"), "fieldManager=two&force=true")
    assert (forced[0], forced[1]["data"]) == (200, {"x": "2", "y": "1"})


def test_a_stale_version_is_a_conflict(admin, maps):
    _, first = admin.request("POST", maps, {"metadata": {"name": "a"}})
    assert admin.request("PUT", f"{maps}/a", {**first, "data": {"x": "1"}})[0] == 200
    status, answer = admin.request("PUT", f"{maps}/a", {**first, "data": {"x": "2"}})
    assert (status, answer["reason"], "causes" in answer["details"]) == (409, "Conflict", False)


def test_a_dry_run_changes_nothing(admin, maps):
    status, answer = apply(admin, maps, configmap("a", x="1"), "fieldManager=one&dryRun=All")
    assert (status, answer["data"]) == (201, {"x": "1"})
    assert admin.request("GET", f"{maps}/a")[0] == 404


def test_an_immutable_field(admin, namespace):
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"

    def deployment(app):
        pod = {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{"name": "a", "image": "local/a:1"}]}}
        spec = {"selector": {"matchLabels": {"app": app}}, "template": pod}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}, "spec": spec}

    assert apply(admin, path, deployment("a"))[0] == 201
    status, answer = apply(admin, path, deployment("b"))
    assert (status, answer["reason"]) == (422, "Invalid")
    assert {cause["field"] for cause in answer["details"]["causes"]} >= {"spec.selector"}


def test_a_quota_that_is_used_up(admin, namespace, maps):
    path = f"/api/v1/namespaces/{namespace}/resourcequotas"
    hard = {"count/configmaps": "1"}
    assert admin.request("POST", path, {"metadata": {"name": "few"}, "spec": {"hard": hard}})[0] == 201
    counted = {"status": {"hard": hard, "used": {"count/configmaps": "1"}}}
    assert admin.request("PATCH", f"{path}/few/status", counted, MERGE)[0] == 200
    limit = time.monotonic() + 10
    while (said := admin.request("POST", f"{maps}?dryRun=All", {"metadata": {"name": "b"}}))[0] == 201:
        assert time.monotonic() < limit, "the quota is not in force"
        time.sleep(0.1)
    status, answer = said
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert "exceeded quota: few, requested: count/configmaps=1, used: count/configmaps=1" in answer["message"]


def test_a_webhook_that_nobody_answers(admin, namespace, maps):
    path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations"
    webhook = {
        "name": "gone.example.org",
        "clientConfig": {"url": "https://127.0.0.1:1/"},
        "rules": [{**WHOLE, "resources": ["configmaps"], "operations": ["CREATE"]}],
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}},
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "timeoutSeconds": 1,
    }
    assert admin.request("POST", path, {"metadata": {"name": namespace}, "webhooks": [webhook]})[0] == 201
    status, answer = _once(lambda: admin.request("POST", f"{maps}?dryRun=All", {"metadata": {"name": "a"}}))
    assert (status, answer["reason"]) == (500, "InternalError")
    assert 'failed calling webhook "gone.example.org"' in answer["message"]


def test_users_may_do_what_they_are_granted(server, grant, maps):
    nobody, applier = server.client("nobody"), server.client("applier")
    status, answer = nobody.request("GET", f"{maps}/a")
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert 'User "nobody" cannot get resource "configmaps"' in answer["message"]
    assert applier.request("POST", maps, {"metadata": {"name": "a"}})[0] == 403
    grant("applier")
    assert _once(lambda: applier.request("POST", maps, {"metadata": {"name": "a"}}), 201)[0] == 201
    assert nobody.request("GET", f"{maps}/a")[0] == 403


def test_a_policy_that_lets_the_planner_only_try(server, admin, grant, namespace, maps):
    grant("planner")
    path = "/apis/admissionregistration.k8s.io/v1/validatingadmissionpolic"
    rule = {**WHOLE, "operations": ["CREATE", "UPDATE", "DELETE", "CONNECT"]}
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}}
    spec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": [rule], **here},
        "matchConditions": [{"name": "planner", "expression": "request.userInfo.username == 'planner'"}],
        "validations": [{"expression": "has(request.dryRun) && request.dryRun", "message": "a planner only tries"}],
    }
    binding = {"policyName": namespace, "validationActions": ["Deny"]}
    assert admin.request("POST", f"{path}ies", {"metadata": {"name": namespace}, "spec": spec})[0] == 201
    assert admin.request("POST", f"{path}ybindings", {"metadata": {"name": namespace}, "spec": binding})[0] == 201
    planner, number = server.client("planner"), iter(range(1000))
    status, answer = _once(lambda: planner.request("POST", maps, {"metadata": {"name": f"a-{next(number)}"}}), 422, 30)
    assert (status, answer["reason"]) == (422, "Invalid")
    assert "a planner only tries" in answer["message"]
    assert admin.request("POST", maps, {"metadata": {"name": "b"}})[0] == 201
    assert apply(planner, maps, configmap("b", x="1"), "fieldManager=p&dryRun=All")[0] == 200
    assert planner.request("DELETE", f"{maps}/b?dryRun=All")[0] == 200
    assert planner.request("DELETE", f"{maps}/b")[0] == 422
    assert admin.request("GET", f"{maps}/b")[0] == 200


def test_pod_security(admin, namespace):
    label = {"metadata": {"labels": {"pod-security.kubernetes.io/enforce": "restricted"}}}
    assert admin.request("PATCH", f"/api/v1/namespaces/{namespace}", label, MERGE)[0] == 200
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts"
    assert admin.request("POST", account, {"metadata": {"name": "default"}})[0] == 201
    pod = {"metadata": {"name": "a"}, "spec": {"containers": [{"name": "a", "image": "local/a:1"}]}}
    status, answer = admin.request("POST", f"/api/v1/namespaces/{namespace}/pods?dryRun=All", pod)
    assert (status, answer["reason"]) == (403, "Forbidden")
    assert 'violates PodSecurity "restricted' in answer["message"]


def test_the_kinds_of_our_backends(admin, namespace, crds):
    assert "servicemonitors.monitoring.coreos.com" in crds
    queues = f"/apis/kueue.x-k8s.io/v1beta2/namespaces/{namespace}/localqueues"
    queue = {"apiVersion": "kueue.x-k8s.io/v1beta2", "kind": "LocalQueue", "metadata": {"name": "a"}}
    assert apply(admin, queues, {**queue, "spec": {"clusterQueue": "all"}})[0] == 201
    status, answer = apply(admin, queues, {**queue, "spec": {"clusterQueue": "Not A Name"}})
    assert (status, answer["reason"]) == (422, "Invalid")
    runs = f"/apis/argoproj.io/v1alpha1/namespaces/{namespace}/workflows"
    run = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "a"}}
    assert apply(admin, runs, {**run, "spec": {"entrypoint": "a"}})[0] == 201
    ended = {"status": {"phase": "Failed"}}
    assert admin.request("PATCH", f"{runs}/a", ended, MERGE)[1]["status"] == {"phase": "Failed"}


@pytest.mark.parametrize("process", ["apiserver", "etcd"])
def test_a_kill_loses_nothing_that_was_answered(server, admin, maps, process):
    for number in range(5):
        assert admin.request("POST", maps, {"metadata": {"name": f"a-{number}"}})[0] == 201
    hurt = getattr(server, process)
    hurt.kill()
    with contextlib.suppress(OSError):
        assert admin.request("POST", maps, {"metadata": {"name": "b"}}, timeout=1)[0] >= 500
    hurt.start()
    server.wait()
    assert len(admin.request("GET", maps)[1]["items"]) >= 5


def test_a_pause_is_silence(server, admin, maps):
    server.apiserver.pause()
    with pytest.raises(TimeoutError):
        admin.request("GET", maps, timeout=0.3)
    server.apiserver.go_on()
    assert admin.request("GET", maps)[0] == 200


def test_what_a_test_hurt_is_well_for_the_next(server, admin):
    server.apiserver.kill()
    server.etcd.pause()
    server.revive()
    assert admin.request("GET", "/readyz")[0] == 200


def test_the_kubeconfig(server):
    document = yaml.safe_load(server.kubeconfig.read_text())
    assert document["current-context"] == "admin"
    assert [one["name"] for one in document["contexts"]] == ["admin", "planner", "applier", "nobody"]
    assert document["clusters"][0]["cluster"]["server"] == server.address


PROGRAM = """
import signal, sys, time
from pathlib import Path
from tests.cluster.server import Process

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are told to ignore it
one = Process("sleep", ["sleep", "600"], Path(sys.argv[1]))
one.start()
print(one._running.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_processes_end_with_whoever_started_them(tmp_path, end):
    """However a test run ends: its servers' group is gone."""
    root = Path(__file__).parents[2]
    command = [sys.executable, "-c", PROGRAM, tmp_path / "log"]
    environment = {**os.environ, "PYTHONPATH": f"{root}:{root / 'platform'}"}
    with subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        group = int(run.stdout.readline())
        os.killpg(group, 0)
        run.send_signal(end)
        run.wait(30)
    limit = time.monotonic() + 10
    while _there(group):
        assert time.monotonic() < limit, "it outlived us"
        time.sleep(0.05)


def _there(group):
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def _once(ask, wanted=None, patience=10):
    """An answer, asked for until it is the wanted one or any error: what was just made is in force a little later."""
    limit = time.monotonic() + patience
    while True:
        said = ask()
        if said[0] == wanted or (wanted is None and said[0] >= 400):
            return said
        assert time.monotonic() < limit, said
        time.sleep(0.1)
