"""The contract of `ports.Registry`: one version a digest, aliases that point at digests. MLflow's own side of it is in
`tests/unit/adapters/test_mlflow_registry.py` and `tests/unit/adapters/test_mlflow_tracker.py`.
"""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.registry import BookRegistry
from tests.fixtures.model_env import Trained
from windlass.adapters.mlflow_registry import MlflowRegistry
from windlass.adapters.mlflow_tracker import TrackerRegistry
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import Findings, World
from windlass.ports import Registry

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
KINDS = ["book", *(pytest.param(kind, marks=pytest.mark.slow) for kind in ("mlflow", "server"))]


@pytest.fixture(params=KINDS)
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    made: Registry = BookRegistry()
    if request.param == "mlflow":
        made = MlflowRegistry(tmp_path)
    if request.param == "server":
        made = TrackerRegistry(request.getfixturevalue("mlflow_server").address, tmp_path)
    yield made
    made.close()


@pytest.fixture
def name() -> str:
    """A registered model that no other test has: a server is there for all."""
    return f"digits-{uuid.uuid4()}"


def ensure(registry: Registry, folder: Path, digest: str, name: str, **more: object) -> str:
    pin = ModelPin(registry=name, digest=digest, format="sklearn-skops")
    facts: dict[str, object] = {"metrics": {}, "params": {}, **more}
    candidate = Candidate(
        team="vision",
        model_name=name,
        inputs=digest,
        inputs_record={},
        outcome="passed",
        python="3.11.7",
        tool="0.1.0",
        started_at="2026-01-01T10:00:00+00:00",
        finished_at="2026-01-01T10:01:00+00:00",
        model=pin,
        **facts,
    )
    return registry.ensure(candidate, pin, folder, {})


def test_an_empty_registry_answers(registry: Registry, name: str) -> None:
    assert registry.versions(name) == {}
    assert registry.aliases([name, f"{name}-2"]) == {}
    registry.drop_alias(name, "prod")
    with pytest.raises(World) as caught:
        registry.set_alias(name, "prod", ONE)
    assert caught.value.diagnostics[0].code == "WL526"


def test_a_digest_has_one_version_and_a_name_counts_for_itself(
    registry: Registry, models: dict[str, Trained], name: str
) -> None:
    digits, sugar = models["digits"].folder, models["sugar"].folder
    assert [ensure(registry, digits, ONE, name), ensure(registry, sugar, TWO, name)] == ["1", "2"]
    assert [ensure(registry, digits, ONE, name), ensure(registry, sugar, TWO, name)] == ["1", "2"]
    assert ensure(registry, sugar, TWO, f"{name}-2") == "1"
    assert registry.versions(name) == {ONE: "1", TWO: "2"}
    assert registry.versions(f"{name}-2") == {TWO: "1"}
    registry.close()
    assert registry.versions(name) == {ONE: "1", TWO: "2"}


def test_an_alias_is_set_moved_and_dropped(registry: Registry, models: dict[str, Trained], name: str) -> None:
    for digest in (ONE, TWO):
        ensure(registry, models["digits"].folder, digest, name)
    assert registry.set_alias(name, "prod", ONE) == "1"
    assert registry.set_alias(name, "dev", TWO) == "2"
    assert registry.set_alias(name, "prod", TWO) == "2"
    assert registry.set_alias(name, "prod", TWO) == "2"
    assert registry.aliases([name, f"{name}-2"]) == {name: {"prod": ("2", TWO), "dev": ("2", TWO)}}
    with pytest.raises(World):
        registry.set_alias(name, "prod", "sha256:" + "3" * 64)
    registry.drop_alias(name, "dev")
    registry.drop_alias(name, "dev")
    assert registry.aliases([name]) == {name: {"prod": ("2", TWO)}}


def test_what_is_no_model_gets_no_version(registry: Registry, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("no model")
    with pytest.raises(Findings) as caught:
        ensure(registry, folder, ONE, name)
    assert caught.value.diagnostics[0].code == "WL522"
    assert registry.versions(name) == {}


def test_as_many_facts_as_a_model_has_go_in(registry: Registry, models: dict[str, Trained], name: str) -> None:
    metrics = {"f1": 0.9, "slices": {"digit": {str(number): {"f1": 0.5} for number in range(1100)}}}
    params = {f"p{number}": number for number in range(130)}
    assert ensure(registry, models["digits"].folder, ONE, name, metrics=metrics, params=params) == "1"
