"""A model that a real API server is asked to train: submitted by apply, played pod by pod, collected, merged and applied."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cluster.argo import Argo
from tests.cluster.client import MERGE, Client
from tests.cluster.controllers import Controllers
from tests.cluster.server import Server
from tests.e2e.cluster import SUCCEEDED, Cluster
from tests.e2e.orchard import MODEL, SLUG, Orchard
from tests.tracker import Tracker
from windlass.adapters import stores
from windlass.adapters.interpreters import UvInterpreters
from windlass.model import layout

pytestmark = pytest.mark.slow
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: dev}}
spec:
  target: {{kind: kubernetes, namespace: "{name}-{{team}}", home: {name}-home, context: admin, wait: 30s{target}}}
  store: {{uri: "{store}"}}
  images:
    runtime: registry.example/windlass-runtime@sha256:1111111111111111111111111111111111111111111111111111111111111111
    step: registry.example/windlass-step@sha256:2222222222222222222222222222222222222222222222222222222222222222
  backends: {{pipelines: argo, tenancy: namespace}}
  promotion: {{approvals: 0}}
  guards: {{maxDeletePercent: 100}}
  {more}
"""


class Field:
    """A repository whose head is the test's own corner of the server."""

    def __init__(self, orchard: Orchard, scratch: Path, name: str, admin: Client) -> None:
        self.orchard, self.scratch, self.name, self.admin = orchard, scratch, name, admin
        self.store: Any = stores.at((scratch / "the store").as_uri())
        self.orchard.does("train", SLUG)  # the data is collected on a laptop first
        shutil.rmtree(self.orchard.folder / ".windlass/local/releases", ignore_errors=True)
        self.orchard.clone.commit("what was trained here")
        self.goes()
        self.orchard.ran()

    def goes(self, store: str = "", target: str = "", more: str = "") -> None:
        """Let `dev` be this corner, with another store, something more of its target, or more of anything."""
        words = {"store": store or self.store.uri, "name": self.name, "target": target, "more": more}
        text = ENVIRONMENT.format(**words)
        self.orchard.clone.commit("dev is a cluster", {"environments/dev/environment.yaml": text})

    @property
    def workflows(self) -> dict[str, dict[str, Any]]:
        path = f"/apis/argoproj.io/v1alpha1/namespaces/{self.name}-orchard/workflows"
        return {one["metadata"]["name"]: one for one in self.admin.request("GET", path)[1].get("items") or ()}

    def ends(self, name: str, phase: str) -> None:
        """What Argo's controller would write."""
        path = f"/apis/argoproj.io/v1alpha1/namespaces/{self.name}-orchard/workflows/{name}"
        status, answer = self.admin.request("PATCH", path, {"status": {"phase": phase, "progress": "9/9"}}, MERGE)
        assert status == 200, answer

    def play(self) -> None:
        """What the pods of the submitted Workflow would do, one by one."""
        shutil.rmtree(self.scratch / "rendered", ignore_errors=True)
        self.orchard.does("render", "dev", "--out", str(self.scratch / "rendered"))
        given = {name: value for name, value in self.orchard.surroundings().items() if not name.startswith("HOME")}
        given["WINDLASS_CACHE"] = str(UvInterpreters()._envs.parent)
        cluster = Cluster(self.scratch / "rendered", self.scratch / "pods", given)
        (submitted,) = self.workflows.values()
        cluster.kinds["Workflow"] = submitted
        run = cluster.play()
        assert run.status == SUCCEEDED, run.told

    def collected(self) -> dict[str, Any]:
        (found,) = json.loads(self.orchard.does("collect", "dev", "--output", "json").out)["collected"]
        return found


@pytest.fixture
def field(
    orchard: Orchard,
    tmp_path: Path,
    server: Server,
    admin: Client,
    crds: object,
    namespace: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Field]:
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    with Controllers(admin, namespace):
        yield Field(orchard, tmp_path, namespace, admin)


def test_a_model_is_trained_collected_and_served(field: Field) -> None:
    orchard = field.orchard
    plan = json.loads(orchard.does("plan", "dev", "--output", "json").out)["plan"]
    (run,) = [one for one in plan["changes"] if one["identity"]["kind"] == "Workflow"]
    assert (run["action"], run["identity"]["owner"]) == ("create", SLUG)

    orchard.does("apply", "dev", "--yes")
    (name,) = field.workflows
    assert field.collected()["outcome"] == "waiting"
    said = orchard.does("status", "dev")
    assert name in said.out, "status tells of the run"
    orchard.does("apply", "dev", "--yes")
    assert list(field.workflows) == [name], "what goes on is not submitted twice"

    field.play()
    field.ends(name, "Succeeded")
    found = field.collected()
    assert found["outcome"] == "passed"
    branch = found["proposal"]["branch"]
    assert field.collected()["proposal"]["branch"] == branch, "said again, it is the same proposal"
    orchard.does("apply", "dev", "--yes")
    assert list(field.workflows) == [name], "the same inputs never train twice"

    orchard.clone.git("merge", "-q", "--no-ff", "-m", "serve it", branch)
    orchard.does("apply", "dev", "--yes")
    path = f"/apis/apps/v1/namespaces/{field.name}-orchard/deployments/orchard-pear"
    status, live = field.admin.request("GET", path)
    assert status == 200
    assert live["metadata"]["annotations"]["windlass.dev/inputs-digest"] == found["inputs"]
    labels = {"windlass.dev/environment": "dev", "windlass.dev/team": "strangers"}
    stranger = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": "theirs", "labels": labels},
    }
    path = f"/apis/argoproj.io/v1alpha1/namespaces/{field.name}/workflows"
    assert field.admin.request("POST", path, {**stranger, "spec": {}})[0] == 201
    standings = json.loads(orchard.does("status", "dev", "--output", "json").out)
    assert [one["slug"] for one in standings] == [SLUG], standings
    (standing,) = standings
    assert standing["state"] == "serving"
    assert field.collected()["proposal"] is None or not field.collected()["proposal"]["changed"]


def test_pods_register_and_the_alias_follows_what_serves(field: Field, mlflow_server: Tracker) -> None:
    orchard, client, name = field.orchard, mlflow_server.client(), "orchard-pear"
    mlflow_server.forget(name)
    field.goes(more=f"tracking: {{uri: {mlflow_server.address}}}")
    orchard.does("apply", "dev", "--yes")
    field.play()
    field.ends(next(iter(field.workflows)), "Succeeded")
    (made,) = client.search_model_versions(f"name = '{name}'")
    branch = field.collected()["proposal"]["branch"]
    told = orchard.clone.git("show", f"{branch}:environments/dev/releases/{SLUG}/release.yaml")
    spec = yaml.safe_load(told)["spec"]
    assert (spec["pin"]["model"]["digest"], spec["version"]) == (made.tags["windlass.model"], "1")
    assert not client.get_registered_model(name).aliases, "nothing serves it yet"

    orchard.clone.git("merge", "-q", "--no-ff", "-m", "serve it", branch)
    said = orchard.does("plan", "dev")
    assert f"+ Alias {name}@dev" in said.out
    orchard.does("apply", "dev", "--yes")
    assert dict(client.get_registered_model(name).aliases) == {"dev": "1"}

    client.delete_registered_model(name)
    orchard.does("apply", "dev", "--yes")
    assert dict(client.get_registered_model(name).aliases) == {"dev": "1"}, "registered again from the store"
    assert "nothing to do" in orchard.does("apply", "dev", "--yes").text


def test_a_run_that_the_world_ended_is_tried_again(field: Field) -> None:
    orchard = field.orchard
    orchard.does("apply", "dev", "--yes")
    (name,) = field.workflows
    field.ends(name, "Error")
    orchard.does("apply", "dev", "--yes")
    assert list(field.workflows) == [name, f"{name}-r1"]
    orchard.does("apply", "dev", "--yes")
    assert list(field.workflows) == [name, f"{name}-r1"]


def test_what_the_world_ends_thrice_is_left_to_people(field: Field) -> None:
    orchard = field.orchard
    for number in range(3):
        orchard.does("apply", "dev", "--yes")
        assert len(field.workflows) == number + 1
        field.ends(list(field.workflows)[-1], "Error")
    said = orchard.does("apply", "dev", "--yes")
    assert len(field.workflows) == 3
    assert "WL456" in said.text
    assert f"windlass train {SLUG} --env dev" in said.text
    assert "nothing to do" in orchard.does("apply", "dev", "--yes").text
    orchard.does("train", SLUG, "--env", "dev")
    assert [name[-3:] for name in field.workflows][1:] == ["-r1", "-r2", "-r3"]
    orchard.does("apply", "dev", "--yes")
    assert len(field.workflows) == 4, "it goes on"


def test_a_run_is_submitted_by_hand(field: Field) -> None:
    orchard = field.orchard
    orchard.does("apply", "dev", "--yes")
    orchard.edit(MODEL, "factor: 2", "factor: 3")
    orchard.does("lock")
    orchard.clone.commit("another factor")
    said = orchard.does("train", SLUG, "--env", "dev")
    assert len(field.workflows) == 2
    assert "submitted" in said.text
    said = orchard.does("train", SLUG, "--env", "dev")
    assert len(field.workflows) == 2
    assert "goes on" in said.text or "waits for its controller" in said.text


def test_a_training_that_failed_is_not_submitted_again_and_says_why(field: Field) -> None:
    orchard = field.orchard
    orchard.does("apply", "dev", "--yes")
    (run,) = field.workflows.values()
    inputs = run["metadata"]["annotations"]["windlass.dev/inputs-digest"]
    (here,) = (orchard.folder / ".windlass/local/store").rglob(f"candidates/{SLUG}/*.json")
    failed = {
        **json.loads(here.read_text()),
        "inputs": inputs,
        "outcome": "failed",
        "reason": "step `fit` ended\nwith 1",
    }
    field.store.write_record(layout.candidate_record(SLUG, inputs), json.dumps(failed).encode())
    said = orchard.does("train", SLUG, "--env", "dev")
    assert "nothing to submit: training failed: step `fit` ended with 1" in said.text
    assert len(field.workflows) == 1


def test_a_store_that_cannot_be_asked_is_said_and_nothing_is_submitted(field: Field) -> None:
    orchard = field.orchard
    field.goes("s3://nowhere-at-all/x")
    said = orchard.says("plan", "dev")
    assert said.exit == 0, said.text
    assert "the store cannot be asked what is trained already" in said.out
    said = orchard.says("apply", "dev", "--yes")
    assert said.exit == 5, said.text
    assert field.workflows == {}


def test_runs_go_over_an_argo_server_where_one_is_named(
    field: Field, argo: Argo, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It judges what is rendered, too: a run, and the template that the run is of."""
    orchard = field.orchard
    field.goes(target=f', argoServer: "{argo.address}"')
    monkeypatch.setenv("ARGO_TOKEN", "wrong")
    said = orchard.says("plan", "dev")
    assert said.exit == 5, said.text
    assert "WL581" in said.text
    monkeypatch.setenv("ARGO_TOKEN", server.client("admin").token)
    orchard.does("apply", "dev", "--yes")
    ((name, run),) = field.workflows.items()
    (wrote,) = {one["manager"] for one in run["metadata"]["managedFields"]}
    assert wrote == "argo", "it came over the server"
    argo.process.pause()
    monkeypatch.setattr("windlass.adapters.argo.requests.REPETITIONS", 0)
    said = orchard.says("status", "dev")
    assert (said.exit, "WL580" in said.text) == (5, True), said.text
    argo.process.go_on()
    field.ends(name, "Error")
    argo.hears(field.admin, f"{field.name}-orchard", name, "Error")
    said = orchard.does("train", SLUG, "--env", "dev")
    assert list(field.workflows) == [name, f"{name}-r1"], said.text
    assert name in orchard.does("status", "dev").out
