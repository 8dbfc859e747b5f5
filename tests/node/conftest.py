"""A node with Argo's controller, a bucket and a registry beside it, and this repository's own step and runtime images on it."""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from tests import bucket, repositories
from tests.cluster import crds as custom
from tests.cluster.binaries import Missing, cache
from tests.e2e.orchard import ROOT, Orchard, free_ports
from tests.node import base, binaries, image
from tests.node import node as rig
from tests.node.image import Image
from tests.node.node import MACHINE, Node

EXECUTOR = "registry.example/argoexec"
KINDS = (
    "ClusterWorkflowTemplate",
    "WorkflowTaskResult",
    "WorkflowTaskSet",
    "WorkflowArtifactGCTask",
    "WorkflowEventBinding",
)
"""What Argo's controller keeps besides what people write."""
KEPT = cache().with_name("windlass-node")
"""Layers of images stay here between runs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "node" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.node)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.stats.get("skipped", []):
        if binaries.NONE in report.longrepr[2]:
            terminalreporter.write_sep("!", red=True)
            terminalreporter.write_line(report.longrepr[2].removeprefix("Skipped: "), red=True)
            return


@pytest.fixture(scope="session")
def node() -> Iterator[Node]:
    """A cluster of one node, where pods run and Workflows are carried out."""
    try:
        programs, argo = binaries.find(), binaries.argo()
    except Missing as missing:
        pytest.skip(f"{binaries.NONE} {missing}")
    with tempfile.TemporaryDirectory(prefix="windlass-node-") as name:
        folder = Path(name)
        with rig.running(programs, folder) as made:
            made.load(rig.pause(folder / "images"), rig.PAUSE)
            _argo(made, folder, argo)
            yield made


def _argo(node: Node, folder: Path, programs: Path) -> None:
    admin = node.server.client("admin")
    custom.install(admin, KINDS)
    inside = folder / "images/argoexec/bin"
    inside.mkdir(parents=True)
    shutil.copy2(programs / "argoexec", inside)
    node.load(Image((inside.parent,), entrypoint=["/bin/argoexec"]), EXECUTOR)
    settings = {"kind": "ConfigMap", "apiVersion": "v1", "metadata": {"name": "workflow-controller-configmap"}}
    for path, body in (
        ("/api/v1/namespaces", {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": "argo"}}),
        ("/api/v1/namespaces/argo/configmaps", settings),
    ):
        status, answer = admin.request("POST", path, body)
        assert status == 201, answer
    words = [
        "--kubeconfig",
        str(node.server.kubeconfig),
        "--namespace",
        "argo",
        "--executor-image",
        f"{EXECUTOR}:latest",
    ]
    words += ["--executor-image-pull-policy", "Never", "--configmap", "workflow-controller-configmap"]
    node.run(
        "workflow-controller", ["env", "LEADER_ELECTION_DISABLE=true", str(programs / "workflow-controller"), *words]
    )


@pytest.fixture(scope="session")
def store(node: Node) -> Iterator[bucket.Server]:
    """A bucket's server that pods reach."""
    with bucket.server(MACHINE) as server:
        yield server


@pytest.fixture(scope="session")
def registry(node: Node, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of an MLflow server that pods reach."""
    folder, address = tmp_path_factory.mktemp("mlflow"), f"http://{MACHINE}:{free_ports(1)}"
    words = [
        "--host",
        MACHINE,
        "--port",
        address.rpartition(":")[2],
        "--backend-store-uri",
        f"sqlite:///{folder}/mlflow.db",
    ]
    words += ["--artifacts-destination", str(folder / "artifacts"), "--workers", "1", "--allowed-hosts", "*"]
    node.run("mlflow", [sys.executable, "-m", "mlflow", "server", *words])
    limit = time.monotonic() + 90
    while True:
        try:
            with urlopen(f"{address}/health", timeout=2):
                break
        except (URLError, OSError):
            assert time.monotonic() < limit, node.log("mlflow")
            time.sleep(0.3)
    return address


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Orchard]:
    """This repository with one model, in which somebody types commands."""
    folder = tmp_path_factory.mktemp("laptop") / "repository"
    made = repositories.new(folder)
    told = [
        "git",
        "-C",
        str(ROOT),
        "ls-files",
        "specs/vision",
        "environments/dev",
        "environments/policies",
        ".gitignore",
    ]
    for path in subprocess.run(told, capture_output=True, text=True, check=True).stdout.splitlines():
        made.write({path: (ROOT / path).read_bytes()})
    made.commit("as it is here")
    orchard = Orchard(made, free_ports(8))
    yield orchard
    orchard.clear()


@pytest.fixture(scope="session")
def images(node: Node, clone: Orchard) -> dict[str, str]:
    """The repository's own step and runtime images, built from what it renders, and how pods name them."""
    folder = clone.folder.parent / "rendered"
    clone.does("render", "dev", "--out", str(folder))
    wheel = [sys.executable, "-m", "uv", "build", "--quiet", "--wheel", "--no-build-isolation"]
    subprocess.run([*wheel, "--out-dir", folder / "images/step", ROOT], check=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    below = base.make(KEPT)
    return {
        name: node.load(image.build(folder / "images" / name, below, KEPT), f"registry.example/windlass-{name}")
        for name in ("step", "runtime")
    }
