"""A peer of the compiler's benchmark must make our objects: what differs is found, what only looks different is not."""

import json
from pathlib import Path

import pytest
import yaml
from benchmarks.same import differences


def dashboard(title: str = "requests", indent: int | None = None) -> dict[str, object]:
    name = {"name": "a-model-0-dashboard", "namespace": "ml-a-dev"}
    text = json.dumps({"title": title, "panels": [1, 2]}, indent=indent)
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": name, "data": {"a.json": text}}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "dev/ml-a-dev"
    folder.mkdir(parents=True)
    text = f"# rendered by windlass\n{yaml.safe_dump(dashboard(indent=2))}"
    (folder / "configmap-a-model-0-dashboard.yaml").write_text(text)
    return tmp_path


def test_layout_comments_and_order_do_not_count(tree: Path) -> None:
    other = dict(reversed(dashboard().items()))
    assert differences(tree, [other], ["model-0"]) == []


def test_a_value_within_json_within_an_object_counts(tree: Path) -> None:
    (told,) = differences(tree, [dashboard("answers")], ["model-0"])
    assert told.endswith("data.a.json.title: 'requests' here, 'answers' there")


def test_values_are_compared_of_the_models_that_are_asked_for(tree: Path) -> None:
    assert differences(tree, [dashboard("answers")], ["model-1"]) == []


def test_an_object_too_many_or_too_few_counts_for_every_model(tree: Path) -> None:
    other = {"kind": "Service", "metadata": {"name": "a-model-0", "namespace": "ml-a-dev"}}
    assert differences(tree, [dashboard(), other], []) == ["only the peer has ml-a-dev/service-a-model-0"]
    assert differences(tree, [], []) == ["only Windlass has ml-a-dev/configmap-a-model-0-dashboard"]


def test_a_longer_list_counts(tree: Path) -> None:
    longer = dashboard()
    longer["data"] = {"a.json": json.dumps({"title": "requests", "panels": [1, 2, 3]})}
    (told,) = differences(tree, [longer], ["model-0"])
    assert told.endswith("panels: [1, 2] here, [1, 2, 3] there")
