"""A repository whose environment goes to the session's server."""

import itertools
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fleets
from tests.cluster.client import Client
from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.place import Place
from tests.cluster.server import Server

NUMBERS = itertools.count(1)


@pytest.fixture(scope="session")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = fleets.grown(tmp_path_factory.mktemp("two") / "repo", teams=2, models=1)
    shutil.rmtree(root / "environments" / "prod")
    return root


@pytest.fixture
def place(
    grown: Path, tmp_path: Path, server: Server, admin: Client, crds: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> Place:
    """The repository; nothing of it is applied yet."""
    fleets.by_ada(monkeypatch)
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    shutil.copytree(grown, tmp_path / "repo")
    for words in (["user.name", "Ada"], ["user.email", "ada@example.org"]):
        subprocess.run(["git", "config", *words], cwd=tmp_path / "repo", check=True)
    made = Place(tmp_path / "repo", f"p{os.getpid()}-{next(NUMBERS)}", admin)
    made.edit("environments/dev/environment.yaml", "s3://ml-dev", (tmp_path / "dev").as_uri())
    made.environment("admin")
    return made


@pytest.fixture
def controllers(place: Place) -> Iterator[Controllers]:
    """Deployments get ready."""
    with Controllers(place.admin, place.prefix) as running:
        yield running


@pytest.fixture
def served(place: Place, controllers: Controllers) -> Place:
    """The repository, applied once."""
    place.applied()
    return place


@pytest.fixture
def detour(place: Place, faulty: Faults, monkeypatch: pytest.MonkeyPatch) -> Faults:
    """The repository's way to the server is one on which things go wrong as told."""
    monkeypatch.setenv("KUBECONFIG", str(faulty.kubeconfig))
    return faulty
