"""The contract of `ports.workflows`, on a real API server: over its own API, and over an Argo Server in front of it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread, Timer
from typing import Any

import pytest

from tests.cluster.argo import Argo
from tests.cluster.client import MERGE, Client
from tests.cluster.kubelet import Kubelet
from tests.cluster.server import HOST, Server
from windlass.adapters.argo.requests import Requests as ArgoRequests
from windlass.adapters.argo.workflows import ServerWorkflows
from windlass.adapters.kubernetes.cluster import HttpCluster
from windlass.adapters.kubernetes.connection import Connection
from windlass.adapters.kubernetes.requests import Requests
from windlass.adapters.kubernetes.workflows import ClusterWorkflows
from windlass.model.failure import Failure, Findings, Refused, World
from windlass.ports.workflows import Workflows

LABEL = "windlass.dev/environment=dev"
PATH = "/apis/argoproj.io/v1alpha1/namespaces/{}/workflows"
RIGHTS = "/apis/rbac.authorization.k8s.io/v1/namespaces/{}"


@dataclass(frozen=True)
class Place:
    """The API server behind the port, and ways to it as one of its users."""

    way: Callable[[str], Workflows]
    admin: Client
    namespace: str

    def write(self, run: dict[str, Any]) -> None:
        status, answer = self.admin.request("POST", PATH.format(self.namespace), run)
        assert status == 201, answer

    def tell(self, name: str, status: dict[str, Any]) -> None:
        """What Argo's controller would write."""
        code, answer = self.admin.request("PATCH", f"{PATH.format(self.namespace)}/{name}", {"status": status}, MERGE)
        assert code == 200, answer


@pytest.fixture(params=["cluster", "argo"])
def world(
    request: pytest.FixtureRequest,
    server: Server,
    admin: Client,
    namespace: str,
    crds: object,
    monkeypatch: pytest.MonkeyPatch,
) -> Place:
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    if request.param == "cluster":
        return Place(lambda user: ClusterWorkflows(HttpCluster(Requests(Connection(user)))), admin, namespace)
    argo: Argo = request.getfixturevalue("argo")
    return Place(lambda user: ServerWorkflows(ArgoRequests(argo.address, server.client(user).token)), admin, namespace)


def run(namespace: str, name: str = "vision-digits-1", **spec: Any) -> dict[str, Any]:
    """A run as it is submitted. `podResources` came with Argo 4: an older client does not know it."""
    work = {"name": "pipeline", "container": {"image": "local/step:1", "command": ["true"]}}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name, "namespace": namespace, "labels": {"windlass.dev/environment": "dev"}},
        "spec": {"entrypoint": "pipeline", "podResources": {"requests": {"cpu": "1"}}, "templates": [work], **spec},
    }


def until(found: Callable[[], Any]) -> Any:
    """What is found in the end: an Argo Server answers from what it has heard so far."""
    limit = time.monotonic() + 20
    while not (value := found()):
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.05)
    return value


def test_a_run_is_submitted_once_and_known_afterwards(world: Place) -> None:
    ours = world.way("admin")
    assert ours.submit(run(world.namespace)) is True
    assert ours.submit(run(world.namespace)) is False
    answer = world.admin.request("GET", PATH.format(world.namespace))[1]
    (there,) = answer["items"]
    assert there["metadata"]["labels"]["windlass.dev/environment"] == "dev"
    assert there["spec"]["podResources"] == {"requests": {"cpu": "1"}}, "what the client's types do not know is sent"


def test_a_name_that_is_taken_is_known_whoever_took_it(world: Place) -> None:
    theirs = run(world.namespace)
    del theirs["metadata"]["labels"]
    world.write(theirs)
    assert world.way("admin").submit(run(world.namespace)) is False
    there = world.admin.request("GET", f"{PATH.format(world.namespace)}/vision-digits-1")[1]
    assert "labels" not in there["metadata"], "nothing of it is written over"


def test_runs_are_listed_by_label_and_namespace(world: Place) -> None:
    ours = world.way("admin")
    stranger = run(world.namespace, "stranger")
    stranger["metadata"]["labels"] = {"windlass.dev/environment": "prod"}
    for one in (run(world.namespace, "one"), run(world.namespace, "two"), stranger):
        world.write(one)
    until(lambda: len(ours.listed(LABEL, {world.namespace})) == 2)
    found = ours.listed(LABEL, {world.namespace, "default"})
    assert {one["metadata"]["name"] for one in found} == {"one", "two"}
    assert {(one["kind"], one["apiVersion"]) for one in found} == {("Workflow", "argoproj.io/v1alpha1")}
    assert ours.listed(LABEL, {"default"}) == []
    assert ours.listed(LABEL, set()) == []


def test_phase_and_nodes_are_read_with_what_an_older_client_does_not_know(world: Place) -> None:
    ours = world.way("admin")
    world.write(run(world.namespace))
    node = {
        "id": "vision-digits-1-22",
        "name": "vision-digits-1.train",
        "displayName": "train",
        "type": "Pod",
        "phase": "Failed",
        "message": "main: Error (exit code 1)",
        "failedPodRestarts": 2,
        "outputs": {"exitCode": "1"},
        "startedAt": "2026-11-21T10:00:00Z",
        "finishedAt": "2026-11-21T10:00:09Z",
    }
    world.tell("vision-digits-1", {"phase": "Failed", "progress": "0/1", "nodes": {"vision-digits-1-22": node}})

    def told() -> Any:
        (one,) = until(lambda: ours.listed(LABEL, {world.namespace}))
        return one if (one.get("status") or {}).get("phase") else None

    there = until(told)
    assert (there["status"]["phase"], there["status"]["progress"]) == ("Failed", "0/1")
    read = there["status"]["nodes"]["vision-digits-1-22"]
    assert {key: read[key] for key in node} == node
    assert there["spec"]["podResources"] == {"requests": {"cpu": "1"}}


def test_packed_nodes_come_through(world: Place) -> None:
    ours = world.way("admin")
    world.write(run(world.namespace))
    world.tell("vision-digits-1", {"phase": "Failed", "compressedNodes": "H4sIAAAAAAAAA6uuBQBDv6ajAgAAAA=="})

    def packed() -> bool:
        return any((one.get("status") or {}).get("compressedNodes") for one in ours.listed(LABEL, {world.namespace}))

    until(packed)


def test_the_output_of_a_run_is_that_of_its_pods(world: Place, kubelet: Kubelet) -> None:
    ours = world.way("admin")
    world.write(run(world.namespace))
    mark = {"workflows.argoproj.io/workflow": "vision-digits-1"}
    kubelet.pod(world.namespace, "vision-digits-1-step-cpu-22", "one\ntwo\n  three", mark)
    kubelet.pod(world.namespace, "vision-digits-1-step-cpu-33", "äö", mark)
    kubelet.pod(world.namespace, "vision-digits-2-step-cpu-22", "another run's", {**mark, next(iter(mark)): "other"})
    found = ours.output(world.namespace, "vision-digits-1", 2)
    assert {pod: text.splitlines() for pod, text in found.items()} == {
        "vision-digits-1-step-cpu-22": ["two", "  three"],
        "vision-digits-1-step-cpu-33": ["äö"],
    }
    one = ours.output(world.namespace, "vision-digits-1", 1, "vision-digits-1-step-cpu-22")
    assert {pod: text.splitlines() for pod, text in one.items()} == {"vision-digits-1-step-cpu-22": ["  three"]}


def test_a_pod_or_a_run_that_is_not_there_has_no_output(world: Place) -> None:
    ours = world.way("admin")
    world.write(run(world.namespace))
    assert ours.output(world.namespace, "vision-digits-1", 5) == {}
    assert ours.output(world.namespace, "vision-digits-1", 5, "vision-digits-1-step-cpu-22") == {}
    assert ours.output(world.namespace, "never-submitted", 5) == {}


def test_whoever_may_not_is_told_so(world: Place) -> None:
    world.write(run(world.namespace))
    nobody = world.way("nobody")
    for ask in (
        lambda: nobody.listed(LABEL, {world.namespace}),
        lambda: nobody.submit(run(world.namespace, "mine")),
        lambda: nobody.output(world.namespace, "vision-digits-1", 5),
    ):
        with pytest.raises(Refused) as told:
            ask()
        assert told.value.diagnostics[0].code == "WL449"


def test_rights_in_the_namespace_are_enough(world: Place) -> None:
    """As an environment's applier has them."""
    space = RIGHTS.format(world.namespace)
    rules = [
        {"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["create", "get", "list", "patch"]},
        {"apiGroups": [""], "resources": ["pods", "pods/log"], "verbs": ["get", "list", "watch"]},
    ]
    applier = [{"kind": "User", "name": "applier", "apiGroup": "rbac.authorization.k8s.io"}]
    ref = {"kind": "Role", "name": "runs", "apiGroup": "rbac.authorization.k8s.io"}
    assert world.admin.request("POST", f"{space}/roles", {"metadata": {"name": "runs"}, "rules": rules})[0] == 201
    binding = {"metadata": {"name": "runs"}, "roleRef": ref, "subjects": applier}
    assert world.admin.request("POST", f"{space}/rolebindings", binding)[0] == 201
    ours = world.way("applier")
    assert ours.submit(run(world.namespace)) is True
    assert until(lambda: ours.listed(LABEL, {world.namespace}))
    assert ours.output(world.namespace, "vision-digits-1", 5) == {}


def test_a_namespace_that_is_not_there_is_told(world: Place) -> None:
    with pytest.raises(Failure) as told:
        world.way("admin").submit(run("nowhere"))
    assert told.value.diagnostics[0].code == "WL447"


def asked(address: str, token: str = "", timeout: float = 1.0) -> World:
    with pytest.raises(World) as told:
        ServerWorkflows(ArgoRequests(address, token, timeout)).listed(LABEL, {"default"})
    return told.value


def test_whom_an_argo_server_does_not_know_is_told_and_no_token_is(argo: Argo) -> None:
    for token in ("", "wrong-and-secret"):
        told = asked(argo.address, token)
        assert told.diagnostics[0].code == "WL581"
        assert "ARGO_TOKEN" in told.diagnostics[0].hint
        assert "wrong-and-secret" not in str(told)


def test_a_token_may_say_what_it_is(argo: Argo, server: Server) -> None:
    """As `argo auth token` prints it."""
    whole = f"Bearer {server.client('admin').token}"
    assert ServerWorkflows(ArgoRequests(argo.address, whole)).listed("no=one", {"default"}) == []


def test_an_argo_server_that_hangs_is_not_waited_for_for_ever(argo: Argo, server: Server) -> None:
    argo.process.pause()
    began = time.monotonic()
    told = asked(argo.address, server.client("admin").token, timeout=0.5)
    assert told.diagnostics[0].code == "WL580"
    assert time.monotonic() - began < 15


def test_an_argo_server_that_is_not_there(caplog: pytest.LogCaptureFixture) -> None:
    told = asked(f"http://{HOST}:9")
    assert told.diagnostics[0].code == "WL580"
    assert "refused" in str(told)
    assert not caplog.records, "what is tried again is nobody's business"


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "certificate" in str(asked(server.address))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(server.certificate))
    trusted = asked(server.address, server.client("admin").token)
    assert trusted.diagnostics[0].code == "WL582", "a Kubernetes API server is no Argo Server"
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "no/such/bundle.pem")
    assert asked(server.address).diagnostics[0].code == "WL580"


def test_another_server_at_the_address_is_told() -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>welcome</html>")

        def log_message(self, *words: object) -> None:
            """Says nothing."""

    web = HTTPServer((HOST, 0), Page)
    serving = Thread(target=web.handle_request)
    serving.start()
    told = asked(f"http://{HOST}:{web.server_address[1]}")
    serving.join()
    web.server_close()
    assert told.diagnostics[0].code == "WL582"


def test_a_template_that_was_written_just_now_is_waited_for(
    argo: Argo, server: Server, admin: Client, namespace: str
) -> None:
    """The server knows templates by what it was told of them, which comes later than the apply that wrote one goes on."""
    ours = ServerWorkflows(ArgoRequests(argo.address, server.client("admin").token))
    template = {"apiVersion": "argoproj.io/v1alpha1", "kind": "WorkflowTemplate", "metadata": {"name": "digits"}}
    template["spec"] = run(namespace)["spec"]
    path = PATH.format(namespace).replace("workflows", "workflowtemplates")
    later = Timer(0.7, admin.request, ("POST", path, template))
    later.start()
    one = run(namespace)
    one["spec"] = {"workflowTemplateRef": {"name": "digits"}}
    assert ours.submit(one) is True
    later.join()


def test_a_template_that_never_comes_is_told(
    argo: Argo, server: Server, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("windlass.adapters.argo.workflows.PATIENCE", 0.3)
    ours = ServerWorkflows(ArgoRequests(argo.address, server.client("admin").token))
    one = run(namespace)
    one["spec"] = {"workflowTemplateRef": {"name": "never-written"}}
    with pytest.raises(Findings, match="never-written") as told:
        ours.submit(one)
    assert told.value.diagnostics[0].code == "WL442"
