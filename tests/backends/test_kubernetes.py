"""Every object that a backend for clusters renders: accepted strictly, restricted, by digest, and it says where it is from."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backends.test_backends import BACKENDS, CASES, ROOT, declared, example, files
from tests.upstream import problems
from windlass.engine import render
from windlass.model.workload import Gpu

OBJECTS = [
    pytest.param(path, id=path.relative_to(ROOT).as_posix())
    for case in CASES
    if declared(case.parents[1])["target"] == "kubernetes"
    for path in sorted((case / "expected").rglob("*.yaml"))
]
LABELS = {"name", "instance", "component", "part-of", "managed-by"}
ANNOTATIONS = {"source"}


def read(path: Path) -> dict[str, Any]:
    (document,) = yaml.safe_load_all(path.read_text("utf-8"))
    return document


def containers(document: dict[str, Any]) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Each container with the pod that it is in."""
    found, waiting = [], [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += [(one, value) for key in ("initContainers", "containers") for one in value.get(key) or []]
            found += (
                [(value["container"], {**document["spec"], **value})]
                if isinstance(value.get("container"), dict)
                else []
            )
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return found


def test_there_is_something_to_check():
    assert {path.values[0].relative_to(ROOT).parts[:2] for path in OBJECTS} == {
        backend.relative_to(ROOT).parts for backend in BACKENDS if declared(backend)["target"] == "kubernetes"
    }


@pytest.mark.parametrize("path", OBJECTS)
def test_an_api_server_would_take_it(path):
    assert problems(read(path)) == []


@pytest.mark.parametrize("path", OBJECTS)
def test_a_typo_would_be_found(path):
    document = read(path)
    next(value for value in reversed(document.values()) if isinstance(value, dict))["replcas"] = 1
    assert any("replcas" in problem for problem in problems(document))


@pytest.mark.parametrize("path", OBJECTS)
def test_it_says_what_it_is_and_where_it_comes_from(path):
    document = read(path)
    meta = document["metadata"]
    assert path.name == f"{document['kind'].lower()}-{meta['name']}.yaml"
    assert path.parent.name == meta.get("namespace", "cluster")
    if "windlass.dev/given" in meta["annotations"]:
        assert meta.keys() == {"name", "annotations"}, "whoever it is given to says the rest, and alone"
        return
    assert {f"app.kubernetes.io/{name}" for name in LABELS} <= set(meta["labels"])
    assert {f"windlass.dev/{name}" for name in ANNOTATIONS} <= set(meta["annotations"])
    assert "commit" not in path.read_text("utf-8"), "an unrelated commit must change no object"


@pytest.mark.parametrize("path", OBJECTS)
def test_its_pods_are_restricted_and_by_digest(path):
    for container, pod in containers(read(path)):
        guarded = container["securityContext"]
        assert guarded["allowPrivilegeEscalation"] is False
        assert guarded["capabilities"] == {"drop": ["ALL"]}
        assert guarded["readOnlyRootFilesystem"] is True
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert pod["automountServiceAccountToken"] is False
        assert "@sha256:" in container["image"]
        assert container["resources"]["requests"].keys() >= {"cpu", "memory"}
        assert "memory" in container["resources"]["limits"]
        assert all(text.isdigit() for name, text in container["resources"]["limits"].items() if "/" in name)
        mounted = {mount["name"] for mount in container.get("volumeMounts", [])}
        assert mounted <= {volume["name"] for volume in pod["volumes"]}


def test_a_service_gets_its_gpus():
    backend = ROOT / "serving" / "bentoml"
    service = example(backend / "examples" / "image")
    asked = service.model_copy(update={"resources": service.resources.model_copy(update={"gpu": Gpu(count=1)})})
    made = render.render(files(backend), asked)
    (deployment,) = (yaml.safe_load(data) for path, data in made.items() if "/deployment-" in path)
    assert problems(deployment) == []
    ((container, _),) = containers(deployment)
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
