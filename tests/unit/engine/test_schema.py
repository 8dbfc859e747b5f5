"""The committed JSON Schemas: made from the models, and of one mind with them about every document here."""

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from tests.transcript import ROOT
from tests.trees import DATASET, MODEL, codes, edited, environment
from windlass.adapters.files import DiskFiles
from windlass.adapters.templates import LayeredTemplates, shipped
from windlass.flows import schema

FOLDERS = ("specs", "environments", "tests/base/specs", "tests/base/environments")
DOCUMENTS = sorted(
    path
    for folder in FOLDERS
    for path in (ROOT / folder).rglob("*.yaml")
    if "windlass.dev/" in path.read_text() and not path.name.startswith("dvc")
)
LABELS = {"name", "labels", "team"}
FIRST_LINE = "# yaml-language-server: $schema="


def validator(kind: str) -> Any:
    return jsonschema_rs.validator_for(json.loads((shipped("schemas") / f"{kind.lower()}.schema.json").read_text()))


def test_the_committed_schemas_are_the_ones_that_the_models_make() -> None:
    """`windlass schema` writes them anew."""
    committed = {path.name: path.read_bytes() for path in shipped("schemas").glob("*.json")}
    assert committed == schema.schemas(DiskFiles(), LayeredTemplates(ROOT))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_our_documents_pass(path: Path) -> None:
    value = yaml.load(path.read_text(), yaml.CSafeLoader)
    found = [error.message for error in validator(value["kind"]).iter_errors(value)]
    assert found == []


@pytest.mark.parametrize(
    "path",
    [path for path in DOCUMENTS if "tests" not in path.relative_to(ROOT).parts],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_an_editor_finds_the_schema_from_the_first_line(path: Path) -> None:
    first = path.read_text().splitlines()[0]
    if "releases" in path.parts:
        pytest.skip("written by Windlass")
    assert first.startswith(FIRST_LINE)
    assert (path.parent / first.removeprefix(FIRST_LINE)).resolve().parent == ROOT / "schemas"


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (MODEL, "metrics:", "metrcs:"),
        (MODEL, "outs: [model]", "outs: model"),
        (MODEL, "min: 0.7", 'min: "0.7"'),
        (MODEL, "min: 0.7", "min: true"),
        (MODEL, "name: sklearn", "name: sklaern"),
        (MODEL, "name: digits, team", "name: Digits, team"),
        (MODEL, "shape: [64]", "shape: [0]"),
        (MODEL, "        cmd: python train.py\n", ""),
        (DATASET, "personalData: none", "personal_data: none"),
        (environment("dev"), "kind: files", "kind: filse"),
    ],
)
def test_schema_and_windlass_refuse_alike(path: str, old: str, new: str) -> None:
    text = edited(path, old, new)
    assert codes(text)[0].startswith("WL1")
    value = yaml.load(text[path], yaml.CSafeLoader)
    assert not validator(value["kind"]).is_valid(value)


def test_keys_are_camel_case_and_described() -> None:
    for name, data in schema.schemas(DiskFiles(), LayeredTemplates(ROOT)).items():
        for part in json.loads(data)["$defs"].values():
            assert part["description"]
            assert not any("_" in key for key in part.get("properties", {}))
            if (
                name.startswith(("model", "dataset", "environment", "overlay", "team"))
                and "spec" not in part["properties"]
            ):
                assert all("description" in field for key, field in part["properties"].items() if key not in LABELS)
