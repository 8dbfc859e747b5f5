"""What `status` and `logs` tell of trainings in a cluster: on a real API server, and over an Argo Server in front of it."""

import base64
import gzip
import json
import re
from typing import Any

import pytest

from tests.cluster.argo import Argo
from tests.cluster.client import MERGE, Client
from tests.cluster.kubelet import Kubelet
from tests.cluster.place import A, B, Place
from tests.cluster.server import Server

RUN = "team-000-model-00000-1f2e3d4c5b"
MARK = "workflows.argoproj.io/workflow"
DEV = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: dev}}
spec:
  target: {{kind: kubernetes, namespace: "{prefix}-{{team}}", home: {prefix}-home, context: admin{more}}}
  store: {{uri: "{store}"}}
  backends: {{pipelines: argo}}
  images:
    runtime: registry.example/windlass-runtime@sha256:{one}
    step: registry.example/windlass-step@sha256:{two}
  promotion: {{approvals: 0}}
"""


class Trained:
    """An environment that trains, and runs in it as Argo's controller would leave them."""

    def __init__(self, place: Place, admin: Client, kubelet: Kubelet, argo: Argo | None = None) -> None:
        self.place, self.admin, self.kubelet, self.argo = place, admin, kubelet, argo
        more = f', argoServer: "{argo.address}"' if argo else ""
        self.space = f"{place.prefix}-team-000"
        words = {"prefix": place.prefix, "store": place.store.uri, "one": "1" * 64, "two": "2" * 64}
        place.write("environments/dev/environment.yaml", DEV.format(**words, more=more))
        place.commit()
        assert admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": self.space}})[0] == 201

    def run(self, status: dict[str, Any], name: str = RUN) -> None:
        """A Workflow of the first model."""
        meta = {
            "name": name,
            "labels": {"windlass.dev/environment": "dev", "windlass.dev/team": "team-000"},
            "annotations": {"windlass.dev/source": f"specs/{A}/model.yaml"},
        }
        path = f"/apis/argoproj.io/v1alpha1/namespaces/{self.space}/workflows"
        whole = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": meta, "spec": {}}
        assert self.admin.request("POST", path, whole)[0] == 201
        code, answer = self.admin.request("PATCH", f"{path}/{name}", {"status": status}, MERGE)
        assert code == 200, answer
        if self.argo:
            self.argo.hears(self.admin, self.space, name, status["phase"])

    def pod(self, number: int, written: str) -> None:
        """A pod of the run that is still there."""
        self.kubelet.pod(self.space, f"{RUN}-step-cpu-{number}", written, {MARK: RUN})

    def standing(self) -> dict[str, Any]:
        said = self.place.run("status", "dev", "--output", "json")
        assert said.exit == 0, said.all
        return next(one for one in json.loads(said.out) if one["slug"] == A)


@pytest.fixture(params=["cluster", "argo"])
def trained(
    request: pytest.FixtureRequest,
    place: Place,
    admin: Client,
    kubelet: Kubelet,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> Trained:
    if request.param == "cluster":
        return Trained(place, admin, kubelet)
    argo: Argo = request.getfixturevalue("argo")
    monkeypatch.setenv("ARGO_TOKEN", server.client("admin").token)
    return Trained(place, admin, kubelet, argo)


def node(number: int, step: str, phase: str, message: str = "", code: str = "0") -> dict[str, Any]:
    """A step, as the controller of Argo Workflows 4.1.2 tells of it."""
    return {
        f"{RUN}-{number}": {
            "id": f"{RUN}-{number}",
            "name": f"{RUN}.{step}",
            "displayName": step,
            "type": "Pod",
            "templateName": "step-cpu",
            "phase": phase,
            "message": message,
            "startedAt": f"2026-11-21T10:00:{number}Z",
            "finishedAt": f"2026-11-21T10:01:{number}Z",
            "inputs": {"parameters": [{"name": "step", "value": step}]},
            "outputs": {"exitCode": code},
        }
    }


NODES = {
    **node(11, "prepare", "Succeeded"),
    **node(22, "train", "Failed", "main: Error (exit code 1)", "1"),
}
FAILED = {"phase": "Failed", "progress": "1/4", "message": f"child '{RUN}-22' failed", "nodes": NODES}
WRITTEN = 'Traceback (most recent call last):\n  File "train.py", line 3\nValueError: no rows\ntime="x" argo=true'


def test_a_step_that_failed_is_told_with_the_end_of_its_log(trained: Trained) -> None:
    trained.pod(22, WRITTEN)
    trained.run(FAILED)
    told = trained.standing()["training"]
    assert told == {
        "run": RUN,
        "phase": "Failed",
        "progress": "1/4",
        "message": f"child '{RUN}-22' failed",
        "failed": [
            {
                "step": "train",
                "reason": "Error (exit code 1)",
                "exit": 1,
                "pod": f"{RUN}-step-cpu-22",
                "log": ["Traceback (most recent call last):", '  File "train.py", line 3', "ValueError: no rows"],
            }
        ],
        "unread": "",
    }
    assert trained.standing()["training"] == told, "said again, it is the same"
    text = trained.place.run("status", "dev").out
    assert f"training {RUN}: Failed, 1/4" in text
    step = text.partition(f"{A} in dev: step train has failed: Error (exit code 1)\n")[2]
    assert step.splitlines()[:3] == [
        "    Traceback (most recent call last):",
        '      File "train.py", line 3',
        "    ValueError: no rows",
    ]


def test_a_step_whose_pod_is_gone_is_told_all_the_same(trained: Trained) -> None:
    trained.run(FAILED)
    (failed,) = trained.standing()["training"]["failed"]
    assert (failed["step"], failed["exit"], failed["log"]) == ("train", 1, [])
    assert "its pod is gone, wrote nothing, or" in trained.place.run("status", "dev").out


def test_steps_that_were_packed_are_told(trained: Trained) -> None:
    packed = base64.b64encode(gzip.compress(json.dumps(NODES).encode())).decode()
    trained.pod(22, WRITTEN)
    trained.run({"phase": "Failed", "compressedNodes": packed})
    (failed,) = trained.standing()["training"]["failed"]
    assert (failed["step"], failed["log"][-1]) == ("train", "ValueError: no rows")


def test_a_run_that_its_controller_refused_says_why(trained: Trained) -> None:
    why = "invalid spec: templates.pipeline.tasks.train template name 'fit' undefined"
    trained.run({"phase": "Error", "message": why})
    found = trained.standing()
    assert (found["training"]["message"], found["training"]["failed"]) == (why, [])
    assert found["state"] == "training" or why in found["detail"]
    assert why in trained.place.run("status", "dev").out


def test_a_run_that_goes_on_is_asked_for_no_logs(trained: Trained) -> None:
    """A step of a run that goes on may be tried again."""
    trained.run({"phase": "Running", "progress": "1/4", "nodes": NODES})
    told = trained.standing()["training"]
    assert (told["phase"], told["failed"]) == ("Running", [])


def test_who_never_trained_has_no_training(trained: Trained) -> None:
    trained.run(FAILED)
    found = json.loads(trained.place.run("status", "dev", "--output", "json").out)
    assert [one["training"] for one in found if one["slug"] == B] == [None]


def test_logs_are_told_step_by_step_and_what_failed_last(trained: Trained) -> None:
    trained.pod(22, WRITTEN)
    trained.pod(33, "reading\n100 rows")
    trained.pod(99, "nobody knows whose")
    trained.run({"phase": "Failed", "nodes": {**NODES, **node(33, "data-scans", "Succeeded")}})
    text = trained.place.run("logs", A, "--env", "dev", "-n", "2").out
    assert re.findall(r"^== .*", text, re.MULTILINE) == [
        f"== step data-scans  {RUN}-step-cpu-33  Succeeded",
        f"== {RUN}-step-cpu-99",
        f"== step train  {RUN}-step-cpu-22  Failed: Error (exit code 1)",
    ]
    assert text.endswith("ValueError: no rows\n")
    assert "argo=true" not in text


def test_a_step_that_has_not_begun_to_write_is_told(trained: Trained) -> None:
    trained.run({"phase": "Running", "nodes": node(11, "prepare", "Running")})
    text = trained.place.run("logs", A, "--env", "dev").out
    assert text == f"== step prepare  {RUN}-step-cpu-11  Running\n(nothing yet)\n"


def test_a_log_that_may_not_be_read_hides_no_failure(
    place: Place, admin: Client, kubelet: Kubelet, server: Server, argo: Argo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over an Argo Server, as somebody who may see runs and no pods."""
    trained = Trained(place, admin, kubelet, argo)
    rules = [{"apiGroups": ["argoproj.io"], "resources": ["workflows"], "verbs": ["get", "list"]}]
    role = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{trained.space}/"
    assert admin.request("POST", f"{role}roles", {"metadata": {"name": "sees"}, "rules": rules})[0] == 201
    who = [{"kind": "User", "name": "nobody", "apiGroup": "rbac.authorization.k8s.io"}]
    ref = {"kind": "Role", "name": "sees", "apiGroup": "rbac.authorization.k8s.io"}
    binding = {"metadata": {"name": "sees"}, "subjects": who, "roleRef": ref}
    assert admin.request("POST", f"{role}rolebindings", binding)[0] == 201
    place.git("rm", "-rq", "specs/team-001", "environments/staging")
    place.commit("one team")
    monkeypatch.setenv("ARGO_TOKEN", server.client("nobody").token)
    trained.pod(22, WRITTEN)
    trained.run(FAILED)
    (failed,) = trained.standing()["training"]["failed"]
    assert (failed["step"], failed["log"]) == ("train", [])
