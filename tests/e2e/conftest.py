"""Scratch repositories for the tests of bad luck; whatever they started is ended, also where a test fails."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import orchard as place
from tests.e2e.orchard import Orchard

Plant = Callable[..., Orchard]


@pytest.fixture(scope="session")
def weights(model_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What stage `fit` chooses from, by factor."""
    folder = tmp_path_factory.mktemp("weights")
    subprocess.run([model_python, "-c", place.WEIGHTS, folder], check=True)
    return folder


@pytest.fixture
def plant(tmp_path: Path, weights: Path) -> Iterator[Plant]:
    """Makes repositories; ends all their processes afterwards."""
    made: list[Orchard] = []

    def plant(name: str = "repository") -> Orchard:
        made.append(place.new(tmp_path / name, weights))
        return made[-1]

    yield plant
    for one in made:
        one.clear()


@pytest.fixture
def orchard(plant: Plant) -> Orchard:
    """One repository."""
    return plant()
