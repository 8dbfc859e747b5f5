"""What our templates make is taken by a real API server, to the last field, and a second time without a change."""

from pathlib import Path

import pytest
import yaml

from tests.cluster.client import APPLY
from windlass.engine.cluster.health import health

ROOT = Path(__file__).parents[2]
CASES = sorted({path.parent for path in ROOT.glob("templates/*/*/examples/*/expected") if any(path.rglob("*.yaml"))})


def objects(case):
    found = [one for path in sorted(case.rglob("expected/**/*.yaml")) for one in yaml.safe_load_all(path.read_text())]
    return [one for one in found if isinstance(one, dict) and {"apiVersion", "kind", "metadata"} <= one.keys()]


@pytest.fixture(scope="session")
def resources(control_plane, crds):
    """The server's own list of what it knows: the base of a kind's path, its plural, and whether it lives in a namespace."""
    admin, known = control_plane.client("admin"), {}
    bases = {"v1": "/api/v1"}
    for group in admin.request("GET", "/apis")[1]["groups"]:
        bases |= {one["groupVersion"]: f"/apis/{one['groupVersion']}" for one in group["versions"]}
    for version, base in bases.items():
        for one in admin.request("GET", base)[1]["resources"]:
            if "/" not in one["name"]:
                known[version, one["kind"]] = (base, one["name"], one["namespaced"])
    return known


@pytest.mark.parametrize(
    "case", [case for case in CASES if objects(case)], ids=lambda case: str(case.relative_to(ROOT / "templates"))
)
def test_what_is_rendered_is_taken(admin, namespace, resources, case):
    for value in objects(case):
        base, plural, namespaced = resources[value["apiVersion"], value["kind"]]
        name = value["metadata"]["name"] if namespaced else f"{namespace}-{value['metadata']['name']}"[:63]
        meta = {**value["metadata"], "name": name, **({"namespace": namespace} if namespaced else {})}
        path = f"{base}/namespaces/{namespace}/{plural}" if namespaced else f"{base}/{plural}"
        query = "fieldManager=windlass&fieldValidation=Strict"
        first = admin.request("PATCH", f"{path}/{name}?{query}", {**value, "metadata": meta}, APPLY)
        assert first[0] in (200, 201), first[1]["message"]
        again = admin.request("PATCH", f"{path}/{name}?{query}", {**value, "metadata": meta}, APPLY)
        assert again[1]["metadata"]["resourceVersion"] == first[1]["metadata"]["resourceVersion"]
        assert health(again[1]).state in ("current", "progressing")
