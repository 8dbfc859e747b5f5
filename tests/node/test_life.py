"""The digits model, from a merge to a prediction, on a node that runs its pods: trained by Argo, served by a Deployment."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
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
    (clone.folder / "seven.json").write_text(json.dumps(_asked(clone, clone.port)))
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
    laptop: Orchard, node: Node, store: bucket.Server
) -> None:
    admin = node.server.client("admin")
    laptop.does("apply", "dev", "--yes")
    for name, values in (("store", store.keys), ("mlflow", {"MLFLOW_TRACKING_TOKEN": "told"})):
        secret = {"kind": "Secret", "apiVersion": "v1", "metadata": {"name": name}, "stringData": values}
        status, answer = admin.request("POST", SECRETS.format(SPACE), secret)
        assert status == 201, answer

    (run,) = admin.request("GET", WORKFLOWS)[1]["items"]
    ended = _until(lambda: _phase(node, run["metadata"]["name"]), 600)
    assert ended == "Succeeded", laptop.says("logs", SLUG, "--env", "dev").text + json.dumps(
        _nodes(node, run), indent=1
    )

    (found,) = json.loads(laptop.does("collect", "dev", "--output", "json").out)["collected"]
    assert found["outcome"] == "passed", found
    laptop.clone.git("merge", "-q", "--no-ff", "-m", "serve it", found["proposal"]["branch"])
    said = laptop.does("apply", "dev", "--yes")
    (standing,) = json.loads(laptop.does("status", "dev", "--output", "json").out)
    assert standing["state"] == "serving", said.text
    with Forwarded(node, "service/vision-digits") as port:
        assert _asked(laptop, port) == json.loads((laptop.folder / "seven.json").read_text())


def _asked(laptop: Orchard, port: int) -> Any:
    """What the service answers to the example of a seven."""
    body = (laptop.folder / "specs/vision/digits/examples/seven.json").read_bytes()
    request = Request(f"http://127.0.0.1:{port}/predict", body, {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def _phase(node: Node, name: str) -> str | None:
    status, live = node.server.client("admin").request("GET", f"{WORKFLOWS}/{name}")
    phase = live.get("status", {}).get("phase")
    return phase if status == 200 and phase in ("Succeeded", "Failed", "Error") else None


def _nodes(node: Node, run: dict[str, Any]) -> Any:
    live = node.server.client("admin").request("GET", f"{WORKFLOWS}/{run['metadata']['name']}")[1]
    return [
        {key: one.get(key) for key in ("displayName", "phase", "message")}
        for one in live["status"].get("nodes", {}).values()
    ]


def _until(told: Callable[[], Any], seconds: float) -> Any:
    limit = time.monotonic() + seconds
    while (found := told()) is None:
        assert time.monotonic() < limit, f"not within {seconds} s"
        time.sleep(0.5)
    return found


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
