"""Custom kinds on the test server, made from the upstream schemas that the repository keeps (`tests/upstream/`).

Those are cut for checking what is rendered: what of a definition they lack is filled in here, as upstream has it. Argo's are
open inside, like the definitions that its own installation ships by default.
"""

import json
import time
from typing import Any

from tests.cluster.client import Client
from tests.upstream import HERE

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
TASK = {
    **dict.fromkeys(("spec", "status", "outputs"), OPEN),
    **{key: {"type": "string"} for key in ("phase", "message", "progress")},
}
"""The fields of all further kinds of Argo's, whichever has them."""
ARGO = ("Workflow", "WorkflowTemplate", "CronWorkflow", "ClusterWorkflowTemplate")
PATIENCE = 30.0


def definitions(more: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Every definition there is, one version each; ``more`` are further kinds of Argo's."""
    found = [_definition("argoproj.io", "v1alpha1", kind, {"spec": OPEN, "status": OPEN}, False) for kind in ARGO]
    found += [_definition("argoproj.io", "v1alpha1", kind, TASK, False) for kind in more]
    for file in ("prometheus-operator-0.93.0.json", "external-secrets-2.9.0.json"):
        for name, schema in json.loads((HERE / file).read_bytes()).items():
            if not name.startswith("$"):
                group, version, kind = name.split("/")
                found.append(_definition(group, version, kind, schema["properties"], True))
    kueue = json.loads((HERE / "kueue-0.19.2.json").read_bytes())["LocalQueue"]["spec"]
    (version,) = kueue["versions"]
    properties = version["schema"]["openAPIV3Schema"]["properties"]
    found.append(_definition(kueue["group"], version["name"], kueue["names"]["kind"], properties, True))
    return found


def install(admin: Client, more: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Create them and wait until they are established; their names. Again is as good as once."""
    names = []
    for definition in definitions(more):
        status, answer = admin.request("POST", DEFINITIONS, definition)
        assert status in (201, 409), answer
        names.append(definition["metadata"]["name"])
    limit = time.monotonic() + PATIENCE
    for name in names:
        while not _established(admin.request("GET", f"{DEFINITIONS}/{name}")[1]):
            assert time.monotonic() < limit, f"{name} is not established"
            time.sleep(0.05)
    return tuple(names)


def _definition(group: str, version: str, kind: str, properties: dict[str, Any], status: bool) -> dict[str, Any]:
    plural = kind.lower() + "s"
    inner = {"type": "object", "properties": {"status": OPEN, **properties, "metadata": {"type": "object"}}}
    served: dict[str, Any] = {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": inner}}
    if status:
        served["subresources"] = {"status": {}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{group}"},
        "spec": {
            "group": group,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "scope": "Cluster" if kind.startswith("Cluster") else "Namespaced",
            "versions": [served],
        },
    }


def _established(definition: dict[str, Any]) -> bool:
    conditions = definition.get("status", {}).get("conditions", [])
    return any(one["type"] == "Established" and one["status"] == "True" for one in conditions)
