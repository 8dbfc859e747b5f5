"""What the mlflow backend says of the registry is what a real registry says once it holds the release: MLflow on SQLite."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backends.test_backends import ROOT, files
from tests.fixtures.model_env import Trained
from tests.unit.adapters.test_mlflow_registry import candidate, ensure
from windlass.adapters.mlflow_registry import MlflowRegistry
from windlass.adapters.store import FolderStore
from windlass.engine import render
from windlass.engine.lower.tracking import tracking
from windlass.model.candidate import Candidate
from windlass.model.release import Release
from windlass.model.specs.environment import Environment

FOLDER = ROOT / "tracking" / "mlflow"
ZERO = "sha256:" + "0" * 64


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[MlflowRegistry]:
    made = MlflowRegistry(tmp_path)
    yield made
    made.close()


def wanted(made: Candidate) -> dict[str, Any]:
    """The document of the release of a candidate in `prod`."""
    assert made.model is not None
    pin = {
        "model": made.model.plain(),
        "bento": {"tag": "vision-digits:1", "digest": ZERO},
        "inputs": made.inputs,
        "data": [one.plain() for one in made.data],
        "spec": ZERO,
    }
    envelope = {"apiVersion": "windlass.dev/v1alpha1", "metadata": {"name": "digits", "team": "vision"}}
    spec = {"generation": 1, "seal": ZERO, "pin": pin, "source": {}}
    release = Release.model_validate({**envelope, "kind": "Release", "spec": spec})
    place = {"target": {"kind": "kubernetes"}, "tracking": {"uri": "https://mlflow.example"}}
    environment = {**envelope, "kind": "Environment", "metadata": {"name": "prod"}, "spec": place}
    workload = tracking(release, Environment.model_validate(environment))
    (data,) = render.render(files(FOLDER), workload).values()
    found: dict[str, Any] = yaml.safe_load(yaml.safe_load(data)["data"]["registry.yaml"])
    return found


def differences(document: dict[str, Any], database: Path) -> list[str]:
    """What a registry does not say of a document, read from its own tables."""
    name, found = document["registeredModel"], []
    with closing(sqlite3.connect(database)) as connection:
        tags = connection.execute(
            "select version, key, value from model_version_tags where name = ?", (name,)
        ).fetchall()
        aliases = dict(
            connection.execute("select alias, version from registered_model_aliases where name = ?", (name,)).fetchall()
        )
    for version in document["versions"]:
        numbers = [number for number, key, value in tags if (key, value) == ("windlass.model", version["digest"])]
        if len(numbers) != 1:
            return [f"{len(numbers)} versions of {version['digest']}"]
        said = {(key, value) for number, key, value in tags if number == numbers[0]}
        found += [f"tag {key}" for key, value in version["tags"].items() if (key, value) not in said]
        found += [f"alias {alias}" for alias in version["aliases"] if aliases.get(alias) != numbers[0]]
    return found


def test_a_registry_that_holds_the_release_says_what_the_document_says(
    registry: MlflowRegistry, models: dict[str, Trained], tmp_path: Path
) -> None:
    store = FolderStore(tmp_path / "store")
    first, second = (candidate(store.put_folder(models[name].folder), ZERO) for name in ("digits", "sugar"))
    first, second = (one.model_copy(update={"inputs": "sha256:" + n * 64}) for one, n in ((first, "1"), (second, "2")))
    database = tmp_path / ".windlass/mlflow.db"
    assert ensure(registry, first, models["digits"]) == "1"
    assert differences(wanted(first), database) == ["alias prod"], "registered, and not yet what serves"
    assert first.model is not None
    registry.set_alias("vision-digits", "prod", first.model.digest)
    assert differences(wanted(first), database) == []
    assert differences(wanted(second), database) == [f"0 versions of {second.model.digest if second.model else ''}"]
    other = first.model_copy(update={"inputs": "sha256:" + "3" * 64})
    assert differences(wanted(other), database) == ["tag windlass.inputs"]


def test_a_document_speaks_of_its_own_alias_alone() -> None:
    document = wanted(candidate("sha256:" + "7" * 64))
    assert [version["aliases"] for version in document["versions"]] == [["prod"]]
