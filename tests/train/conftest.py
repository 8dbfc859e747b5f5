"""The toy shop, with interpreters cached for the whole session and nothing of the machine's own cache."""

import os
from pathlib import Path

import pytest

from tests.train import shop as toy


@pytest.fixture(scope="session")
def interpreters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("interpreters")


@pytest.fixture
def shop(tmp_path: Path, interpreters: Path, monkeypatch: pytest.MonkeyPatch) -> toy.Shop:
    monkeypatch.setenv("WINDLASS_CACHE", str(interpreters))
    monkeypatch.setenv("RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.delenv("PYTHONPATH", raising=False)
    # the worker is a process of its own: it must find the source as the tests do
    monkeypatch.setenv("PYTHONPATH", os.fspath(Path(toy.__file__).parents[2] / "platform"))
    return toy.new(tmp_path / "my repository", tmp_path / "runs")
