"""A lost registry comes back from the stores, with its old version numbers."""

import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from tests.fakes.progress import HeardProgress
from tests.fixtures.model_env import Trained
from windlass.adapters.mlflow_registry import MlflowRegistry
from windlass.adapters.store import FolderStore
from windlass.flows.training import registry
from windlass.model import layout
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import World
from windlass.model.project import Project
from windlass.ports import Ports

INPUTS = {name: "sha256:" + character * 64 for name, character in (("digits", "1"), ("sugar", "2"))}


@dataclass
class Some:
    root: Path
    registry: MlflowRegistry
    progress: HeardProgress = field(default_factory=HeardProgress)

    def store(self, environment: str) -> FolderStore:
        return FolderStore(self.root / layout.state(environment, "store"))


def record(some: Some, name: str, trained: Trained, when: str, **more: Any) -> str:
    store = some.store("local")
    digest = store.put_folder(trained.folder)
    facts: dict[str, Any] = {
        "team": "vision",
        "model_name": "digits",
        "inputs": INPUTS[name],
        "inputs_record": {},
        "outcome": "passed",
        "lock": store.put(b"scikit-learn==1.9.1\n"),
        "python": "3.11",
        "tool": "0.1.0",
        "started_at": when,
        "finished_at": when,
        "model": ModelPin(registry="vision-digits", digest=digest, format="sklearn-skops"),
    }
    made = Candidate(**{**facts, **more})
    store.write_record(layout.candidate_record(made.slug, made.inputs), made.model_dump_json(by_alias=True).encode())
    return digest


@pytest.mark.slow
def test_every_candidate_that_passed_is_registered_in_the_order_of_training(
    models: dict[str, Trained], tmp_path: Path
) -> None:
    some = Some(tmp_path, MlflowRegistry(tmp_path))
    ports = cast("Ports", some)
    later = record(some, "digits", models["digits"], "2026-02-02T00:00:00+00:00")
    first = record(some, "sugar", models["sugar"], "2026-01-01T00:00:00+00:00")
    assert registry.rebuild(ports, Project(), [later]) == {first: "1", later: "2"}
    some.registry.set_alias("vision-digits", "prod", later)
    some.registry.close()
    for left in ("mlflow.db", "mlflow"):
        gone = tmp_path / ".windlass" / left
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink()
    assert registry.rebuild(ports, Project()) == {first: "1", later: "2"}
    assert some.registry.set_alias("vision-digits", "prod", later) == "2"
    some.registry.close()


def test_bytes_that_no_store_has_are_named(models: dict[str, Trained], tmp_path: Path) -> None:
    some = Some(tmp_path, MlflowRegistry(tmp_path))
    record(some, "digits", models["digits"], "2026-02-02T00:00:00+00:00", outcome="refused")
    with pytest.raises(World) as caught:
        registry.rebuild(cast("Ports", some), Project(), ["sha256:" + "f" * 64])
    assert caught.value.diagnostics[0].code == "WL521"
