"""The digits model, from a merge to a prediction, on a node that runs its pods: trained by Argo, served by a Deployment."""

import json
import subprocess
import time
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from tests import bucket
from tests.e2e.orchard import Orchard, free_ports
from tests.node.node import Node

SLUG, SPACE = "vision/digits", "ml-vision-dev"
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: dev}}
spec:
  target: {{kind: kubernetes, namespace: "ml-{{team}}-dev", context: admin, wait: 4m}}
  store: {{uri: "{store}", endpoint: "{address}", secretRef: {{name: store}}}}
  tracking: {{uri: "{registry}", secretRef: {{name: mlflow}}}}
  images:
    base: registry.example.org/python@sha256:{base}
    step: {step}
    runtime: {runtime}
  backends: {{pipelines: argo, tenancy: namespace, logging: ecs}}
  training: {{timeout: 20m, stepTimeout: 10m}}
  promotion: {{approvals: 0}}
"""
SECRETS = "/api/v1/namespaces/{}/secrets"
WORKFLOWS = f"/apis/argoproj.io/v1alpha1/namespaces/{SPACE}/workflows"


@pytest.fixture(scope="module")
def laptop(
    node: Node, clone: Orchard, images: dict[str, str], store: bucket.Server, registry: str
) -> Iterator[Orchard]:
    """The clone after a day's work on a laptop; its environment `dev` is the node."""
    clone.does("up", SLUG, "--port", str(clone.port))
    (clone.folder.parent / "seven.json").write_text(json.dumps(_asked(clone, clone.port)))
    clone.does("down")
    words = {
        "store": store.bucket("ml-dev"),
        "address": store.address,
        "registry": registry,
        "base": "b0" * 32,
        **images,
    }
    clone.clone.commit("dev is a cluster", {"environments/dev/environment.yaml": ENVIRONMENT.format(**words)})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KUBECONFIG", str(node.server.kubeconfig))
        for name, value in store.keys.items():
            patch.setenv(name, value)
        yield clone


def test_a_model_is_trained_in_pods_and_served_as_on_the_laptop(
    laptop: Orchard, node: Node, store: bucket.Server, registry: str
) -> None:
    admin = node.server.client("admin")
    laptop.does("apply", "dev", "--yes")
    for name, values in (("store", store.keys), ("mlflow", {"MLFLOW_TRACKING_TOKEN": "told"})):
        secret = {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": name}, "stringData": values}
        status, answer = admin.request("POST", SECRETS.format(SPACE), secret)
        assert status == 201, answer

    (run,) = _runs(node)
    assert _ended(node, run) == "Succeeded", laptop.says("status", "dev").text + json.dumps(_nodes(node, run), indent=1)
    (found,) = json.loads(laptop.does("collect", "dev", "--output", "json").out)["collected"]
    assert found["outcome"] == "passed", found
    laptop.clone.git("merge", "-q", "--no-ff", "-m", "serve it", found["proposal"]["branch"])
    said = laptop.does("apply", "dev", "--yes")
    (standing,) = json.loads(laptop.does("status", "dev", "--output", "json").out)
    assert (standing["state"], standing["version"]) == ("serving", 1), said.text
    with Forwarded(node, "service/vision-digits") as port:
        assert _asked(laptop, port) == json.loads((laptop.folder.parent / "seven.json").read_text())
    with urlopen(f"{registry}/api/2.0/mlflow/registered-models/alias?name=vision-digits&alias=dev") as answer:
        assert json.load(answer)["model_version"]["version"] == "1"


def test_a_stage_that_fails_in_its_pod_tells_how_and_what_serves_goes_on(laptop: Orchard, node: Node) -> None:
    before = set(_runs(node))
    laptop.edit(
        "specs/vision/digits/train.py",
        "def main() -> None:\n",
        'def main() -> None:\n    raise SystemExit("no trees today")\n',
    )
    laptop.clone.commit("no trees")
    laptop.does("apply", "dev", "--yes")
    (run,) = set(_runs(node)) - before
    assert _ended(node, run) == "Failed"
    (standing,) = json.loads(laptop.does("status", "dev", "--output", "json").out)
    assert standing["state"] == "serving"
    (failed,) = standing["training"]["failed"]
    assert (failed["step"], failed["exit"]) == ("train", 1)
    assert any("no trees today" in line for line in failed["log"]), failed
    said = laptop.does("status", "dev").text
    assert "step train has failed" in said
    assert "no trees today" in said
    (found,) = json.loads(laptop.says("collect", "dev", "--output", "json").out)["collected"]
    assert found["outcome"] == "failed", found
    with Forwarded(node, "service/vision-digits") as port:
        assert _asked(laptop, port) == json.loads((laptop.folder.parent / "seven.json").read_text())


def _runs(node: Node) -> list[str]:
    return [one["metadata"]["name"] for one in node.server.client("admin").request("GET", WORKFLOWS)[1]["items"]]


def _asked(laptop: Orchard, port: int) -> Any:
    """What the service answers to the example of a seven."""
    body = (laptop.folder / "specs/vision/digits/examples/seven.json").read_bytes()
    request = Request(f"http://127.0.0.1:{port}/predict", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _ended(node: Node, name: str, seconds: float = 900) -> str:
    """The phase in which a run comes to its end."""
    limit = time.monotonic() + seconds
    while True:
        phase = _status(node, name).get("phase")
        if phase in ("Succeeded", "Failed", "Error"):
            return str(phase)
        assert time.monotonic() < limit, f"{name} is {phase} after {seconds} s: {_nodes(node, name)}"
        time.sleep(0.5)


def _status(node: Node, name: str) -> dict[str, Any]:
    status: dict[str, Any] = node.server.client("admin").request("GET", f"{WORKFLOWS}/{name}")[1].get("status", {})
    return status


def _nodes(node: Node, name: str) -> list[dict[str, Any]]:
    told = _status(node, name).get("nodes", {}).values()
    return [{key: one.get(key) for key in ("displayName", "phase", "message")} for one in told]


class Forwarded:
    """A port of this machine that leads to a service, as a person would have it."""

    def __init__(self, node: Node, to: str) -> None:
        self.port = free_ports(1)
        words = ["kubectl", f"--kubeconfig={node.server.kubeconfig}", "-n", SPACE, "port-forward", to]
        self._running = subprocess.Popen(
            [*words, f"{self.port}:http"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def __enter__(self) -> int:
        assert self._running.stdout is not None
        line = self._running.stdout.readline()
        assert "Forwarding" in line, line
        return self.port

    def __exit__(self, *error: object) -> None:
        self._running.kill()
        self._running.communicate()
