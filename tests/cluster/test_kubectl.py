"""kubectl, which has the reference of the ApplySet standard, reads our inventory. It is skipped where there is no kubectl."""

import json
import os
import shutil
import subprocess

import pytest

from tests.cluster.client import MERGE
from tests.cluster.place import Place
from tests.cluster.server import Server
from windlass.engine.cluster import applyset

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="there is no kubectl on PATH")


def kubectl(server: Server, *words: str, text: str = "") -> subprocess.CompletedProcess[str]:
    surroundings = os.environ | {"KUBECONFIG": str(server.kubeconfig), "KUBECTL_APPLYSET": "true"}
    command = [KUBECTL or "", *words]
    return subprocess.run(command, env=surroundings, capture_output=True, text=True, input=text, check=False)


def prune(place: Place, server: Server) -> subprocess.CompletedProcess[str]:
    one = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "another", "namespace": place.home}}
    words = [
        "apply",
        "-n",
        place.home,
        "--prune",
        "--applyset=configmaps/windlass-staging",
        "--dry-run=server",
        "-f",
        "-",
    ]
    return kubectl(server, *words, text=json.dumps(one))


def test_kubectl_knows_whose_the_inventory_is_and_leaves_it_alone(served: Place, server: Server) -> None:
    said = prune(served, server)
    assert said.returncode != 0
    assert "windlass" in said.stderr
    assert "tooling" in said.stderr or "managed by" in said.stderr


def test_as_kubectls_own_it_would_prune_exactly_our_members(served: Place, server: Server) -> None:
    path = f"/api/v1/namespaces/{served.home}/configmaps/windlass-staging"
    theirs = {"metadata": {"annotations": {applyset.TOOLING: "kubectl/v1.34.0"}}}
    assert served.admin.request("PATCH", path, theirs, MERGE)[0] == 200
    said = prune(served, server)
    assert said.returncode == 0, said.stderr
    pruned = {line.split()[0] for line in said.stdout.splitlines() if "pruned" in line}
    members = {line.split(" ")[0] for line in served.inventory()["data"]["members"].splitlines()}
    assert len(pruned) > 10
    assert {name.lower() for name in pruned} == {_told(one) for one in members}
    assert served.get("deployment", "team-000/model-00000") is not None, "it was a dry run"


def _told(member: str) -> str:
    """A member as kubectl tells of it: `deployment.apps/name`."""
    kind, _, place = member.partition("/")
    return f"{kind}/{place.rpartition('.')[0]}".lower()
