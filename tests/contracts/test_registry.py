"""The contract of `ports.Registry`: one version a digest, aliases that point at digests. MLflow's own side of it is in
`tests/unit/adapters/test_mlflow_registry.py`.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.registry import BookRegistry
from tests.fixtures.model_env import Trained
from windlass.adapters.mlflow_registry import MlflowRegistry
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import Findings, World
from windlass.ports import Registry

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
NAME, OTHER = "vision-digits", "vision-other"


@pytest.fixture(params=["book", pytest.param("mlflow", marks=pytest.mark.slow)])
def registry(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registry]:
    made: Registry = MlflowRegistry(tmp_path) if request.param == "mlflow" else BookRegistry()
    yield made
    made.close()


def ensure(registry: Registry, folder: Path, digest: str, name: str = NAME) -> str:
    pin = ModelPin(registry=name, digest=digest, format="sklearn-skops")
    candidate = Candidate(
        team="vision",
        model_name="digits",
        inputs=digest,
        inputs_record={},
        outcome="passed",
        python="3.11.7",
        tool="0.1.0",
        started_at="2026-01-01T10:00:00+00:00",
        finished_at="2026-01-01T10:01:00+00:00",
        model=pin,
    )
    return registry.ensure(candidate, pin, folder, {})


def test_an_empty_registry_answers(registry: Registry) -> None:
    assert registry.versions(NAME) == {}
    assert registry.aliases([NAME, OTHER]) == {}
    registry.drop_alias(NAME, "prod")
    with pytest.raises(World) as caught:
        registry.set_alias(NAME, "prod", ONE)
    assert caught.value.diagnostics[0].code == "WL526"


def test_a_digest_has_one_version_and_a_name_counts_for_itself(registry: Registry, models: dict[str, Trained]) -> None:
    digits, sugar = models["digits"].folder, models["sugar"].folder
    assert [ensure(registry, digits, ONE), ensure(registry, sugar, TWO)] == ["1", "2"]
    assert [ensure(registry, digits, ONE), ensure(registry, sugar, TWO)] == ["1", "2"]
    assert ensure(registry, sugar, TWO, OTHER) == "1"
    assert registry.versions(NAME) == {ONE: "1", TWO: "2"}
    assert registry.versions(OTHER) == {TWO: "1"}
    registry.close()
    assert registry.versions(NAME) == {ONE: "1", TWO: "2"}


def test_an_alias_is_set_moved_and_dropped(registry: Registry, models: dict[str, Trained]) -> None:
    for digest in (ONE, TWO):
        ensure(registry, models["digits"].folder, digest)
    assert registry.set_alias(NAME, "prod", ONE) == "1"
    assert registry.set_alias(NAME, "dev", TWO) == "2"
    assert registry.set_alias(NAME, "prod", TWO) == "2"
    assert registry.set_alias(NAME, "prod", TWO) == "2"
    assert registry.aliases([NAME, OTHER]) == {NAME: {"prod": ("2", TWO), "dev": ("2", TWO)}}
    with pytest.raises(World):
        registry.set_alias(NAME, "prod", "sha256:" + "3" * 64)
    registry.drop_alias(NAME, "dev")
    registry.drop_alias(NAME, "dev")
    assert registry.aliases([NAME]) == {NAME: {"prod": ("2", TWO)}}


def test_what_is_no_model_gets_no_version(registry: Registry, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "notes.txt").write_text("no model")
    with pytest.raises(Findings) as caught:
        ensure(registry, folder, ONE)
    assert caught.value.diagnostics[0].code == "WL522"
    assert registry.versions(NAME) == {}
