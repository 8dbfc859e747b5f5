"""A repository with two teams of a model each, whose environment `staging` goes to the test's own namespaces of the server."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import fleet
from tests.cluster.client import APPLY, MERGE, Client
from tests.transcript import ROOT
from windlass.adapters import stores
from windlass.cli.main import main

WRITES = r"^(?!.*(dryRun|/leases/))"
"""Where a request writes, and not about the lease."""
A, B = "team-000/model-00000", "team-001/model-00001"
PLURALS = {
    "configmap": "/api/v1/namespaces/{}/configmaps",
    "deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "service": "/api/v1/namespaces/{}/services",
    "serviceaccount": "/api/v1/namespaces/{}/serviceaccounts",
    "pdb": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "networkpolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "quota": "/api/v1/namespaces/{}/resourcequotas",
    "lease": "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
}
SPACES = "/api/v1/namespaces"
LISTS = (
    *(path for kind, path in PLURALS.items() if kind not in ("lease", "quota")),
    "/api/v1/namespaces/{}/limitranges",
    "/apis/monitoring.coreos.com/v1/namespaces/{}/servicemonitors",
    "/apis/monitoring.coreos.com/v1/namespaces/{}/prometheusrules",
)
"""Where all objects are that an environment is made of, besides its namespaces."""
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: staging}}
spec:
  target: {{kind: kubernetes, namespace: "{prefix}-{{team}}", home: {prefix}-home, context: {context}, wait: {wait}}}
  store: {{uri: "{store}", secretRef: {{name: store}}}}
  backends: {{monitoring: prometheus, tenancy: namespace}}
  network: {{ingressFrom: [monitoring]}}
  images:
    runtime: registry.example/windlass-runtime@sha256:{one}
    step: registry.example/windlass-step@sha256:{two}
  promotesFrom: dev
  promotion: {{approvals: 0}}
  guards: {{maxDeletePercent: 100}}
"""


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    exit: int
    out: str
    err: str

    @property
    def all(self) -> str:
        return self.out + self.err

    @property
    def plan(self) -> dict[str, Any]:
        """The plan that was printed as JSON."""
        found: dict[str, Any] = json.loads(self.out)["plan"]
        return found

    def actions(self) -> dict[str, str]:
        """What is to happen to each object, but for those that stay."""
        return {
            f"{one['identity']['kind']} {one['identity']['name']}": one["action"]
            for one in self.plan["changes"]
            if one["action"] != "unchanged"
        }


class Place:
    """The repository, its namespaces, and a door to look behind Windlass's back."""

    def __init__(self, root: Path, prefix: str, admin: Client) -> None:
        self.root, self.prefix, self.admin = root, prefix, admin
        self.home = f"{prefix}-home"
        self.store = stores.at((root.parent / "store").as_uri())
        for slug in (A, B):
            for content in fleet.pinned(slug):
                self.store.put(content)

    def environment(self, context: str, wait: str = "20s") -> None:
        """Let `staging` go to a context of kubeconfig."""
        store, words = self.store.uri, {"prefix": self.prefix, "context": context, "wait": wait}
        text = ENVIRONMENT.format(**words, store=store, one="1" * 64, two="2" * 64)
        self.write("environments/staging/environment.yaml", text)
        self.commit()

    def run_as(self, context: str) -> None:
        """From now on `staging` goes there as somebody else, and stays as it is otherwise."""
        path = self.root / "environments/staging/environment.yaml"
        path.write_text(re.sub(r"context: \w+", f"context: {context}", path.read_text()))
        self.commit()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text, f"`{old}` is not in {path}"
        (self.root / path).write_text(text.replace(old, new))

    def template(self, path: str, old: str, new: str) -> None:
        """The repository's own file of a backend, which says something else than the one that is shipped; committed."""
        self.write(path, (ROOT / path).read_text())
        self.edit(path, old, new)
        self.commit()

    def overlay(self, slug: str, patch: str = "{}", objects: str = "[]", name: str = "mine") -> None:
        """An overlay of a model, committed."""
        head = f"apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {{name: {name}}}\n"
        body = f"spec: {{for: {{model: {slug}}}, patch: {patch}, objects: {objects}}}\n"
        self.write(f"environments/staging/overlays/{name}.yaml", head + body)
        self.commit()

    def commit(self, message: str = "more") -> None:
        for words in (["add", "-A"], ["commit", "-q", "--allow-empty", "-m", message]):
            subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True)

    def run(self, *words: str) -> Said:
        """A command, in this process."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main([*words, "-C", str(self.root)])
        return Said(int(code), out.getvalue(), err.getvalue())

    def plan(self, *words: str) -> Said:
        return self.run("plan", "staging", "--output", "json", *words)

    def apply(self, *words: str) -> Said:
        return self.run("apply", "staging", "--yes", *words)

    def applied(self) -> Said:
        """Apply, which must succeed."""
        said = self.apply()
        assert said.exit == 0, said.all
        return said

    def start(self, *words: str, seconds: int = 30) -> "subprocess.Popen[str]":
        """A command in a process of its own, which may be killed; its lease is good for so many seconds."""
        command = [sys.executable, "-m", "tests.cluster.apart", str(seconds), *words, "-C", str(self.root)]
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe, text=True)

    def release_lease(self) -> None:
        """As if the time of whoever was killed were over."""
        if self.get("lease", self.home, "windlass-staging"):
            self.patch("lease", self.home, {"spec": {"holderIdentity": ""}}, "windlass-staging")

    def receipts(self) -> list[dict[str, Any]]:
        """The ledger's entries, the oldest first."""
        branch = "windlass/ledger/staging"
        listed = self.git("ls-tree", "-r", "--name-only", branch).split()
        return [json.loads(self.git("show", f"{branch}:{name}")) for name in sorted(listed) if name.endswith(".json")]

    def git(self, *words: str) -> str:
        return subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True, text=True).stdout

    def leaves(self, slug: str) -> None:
        """A model goes, and a commit says so."""
        self.git("rm", "-rq", f"environments/staging/releases/{slug}")
        self.commit(f"it goes\n\nWindlass-Delete: {slug}")

    def all(self) -> dict[str, dict[str, Any]]:
        """Every object that is there, by the line that an inventory has for it."""
        (answer,) = self.admin.read([SPACES])
        spaces = {one["metadata"]["name"]: one for one in answer["items"]}
        mine = [name for name in spaces if name.startswith(f"{self.prefix}-team-")]
        found = {f"Namespace/{name}.": spaces[name] for name in mine}
        for answer in self.admin.read([path.format(name) for name in mine for path in LISTS]):
            kind, group = answer["kind"].removesuffix("List"), answer["apiVersion"].rpartition("/")[0]
            for one in answer["items"]:
                name, space = one["metadata"]["name"], one["metadata"]["namespace"]
                found[f"{kind}{'.' * bool(group)}{group}/{name}.{space}"] = one
        return found

    def path(self, kind: str, slug: str, name: str = "") -> str:
        """Where an object of a model is."""
        team, _, model = slug.partition("/")
        namespace = f"{self.prefix}-{team}" if model else slug
        return f"{PLURALS[kind].format(namespace)}/{name or f'{team}-{model}'}"

    def get(self, kind: str, slug: str, name: str = "") -> dict[str, Any] | None:
        status, answer = self.admin.request("GET", self.path(kind, slug, name))
        return answer if status == 200 else None

    def patch(self, kind: str, slug: str, body: object, name: str = "", manager: str = "kubectl-edit") -> None:
        """Somebody's edit."""
        path = f"{self.path(kind, slug, name)}?fieldManager={manager}"
        status, answer = self.admin.request("PATCH", path, body, MERGE)
        assert status == 200, answer

    def says(self, kind: str, slug: str, status: dict[str, Any]) -> None:
        """A controller's word."""
        path = f"{self.path(kind, slug)}/status?fieldManager=kube-controller-manager"
        code, answer = self.admin.request("PATCH", path, {"status": status}, MERGE)
        assert code == 200, answer

    def put(self, kind: str, slug: str, body: dict[str, Any], name: str = "", manager: str = "somebody") -> None:
        """Somebody's object."""
        path = f"{self.path(kind, slug, name)}?fieldManager={manager}&force=true"
        status, answer = self.admin.request("PATCH", path, body, APPLY)
        assert status in (200, 201), answer

    def delete(self, kind: str, slug: str, name: str = "") -> None:
        status, answer = self.admin.request("DELETE", self.path(kind, slug, name))
        assert status == 200, answer

    def inventory(self) -> dict[str, Any]:
        """The inventory's parent."""
        found = self.get("configmap", self.home, "windlass-staging")
        assert found is not None
        return found

    def members(self) -> set[str]:
        """The names in the inventory, each as `Kind.group/name.namespace`."""
        return {line.partition(" ")[0] for line in self.inventory()["data"]["members"].splitlines()}
