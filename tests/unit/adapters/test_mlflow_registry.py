"""The registry through MLflow's own eyes: one run, one version per model, loadable by anybody, whole after any kill."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.model_env import Trained
from windlass.adapters import mlflow_reading, mlmodel
from windlass.adapters.mlflow_facts import flat
from windlass.adapters.mlflow_registry import MlflowRegistry
from windlass.adapters.store import FolderStore
from windlass.model.candidate import Candidate, DataPin, ModelPin
from windlass.model.failure import Findings, World
from windlass.ports import Registry

ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
POINTS = ["register.run", "register.model", "register.artifacts", "register.version", "register.finished"]
READ = """
import json, sys
import mlflow, numpy
mlflow.set_tracking_uri(f"sqlite:///{sys.argv[1]}")
native = mlflow.sklearn.load_model("models:/vision-digits@prod")
generic = mlflow.pyfunc.load_model("models:/vision-digits@prod")
rows = numpy.zeros((2, 64))
client = mlflow.MlflowClient()
(run,) = client.search_runs([client.get_experiment_by_name("vision/digits").experiment_id])
(version,) = client.search_model_versions("name = 'vision-digits'")
(model,) = client.search_logged_models([run.info.experiment_id])
print(json.dumps({
    "same": native.predict(rows).tolist() == generic.predict(rows).tolist(),
    "signature": generic.metadata.signature.inputs.to_dict(),
    "run": {"status": run.info.status, "params": run.data.params, "metrics": run.data.metrics, "tags": run.data.tags},
    "version": {"number": str(version.version), "tags": version.tags, "run": version.run_id == run.info.run_id},
    "model": {"status": str(model.status), "of run": [one.model_id for one in run.outputs.model_outputs] == [model.model_id]},
}))
"""


def candidate(digest: str, inputs: str = ONE, **more: Any) -> Candidate:
    facts: dict[str, Any] = {
        "team": "vision",
        "model_name": "digits",
        "inputs": inputs,
        "inputs_record": {},
        "outcome": "passed",
        "python": "3.11.7",
        "tool": "0.1.0",
        "started_at": "2026-01-01T10:00:00+00:00",
        "finished_at": "2026-01-01T10:01:00+00:00",
        "params": {"max_depth": 8, "nested": {"on": True}},
        "metrics": {"f1": 0.97, "note": "text", "slices": {"digit": {"7": {"f1": 0.9}}}},
        "model": ModelPin(registry="vision-digits", digest=digest, format="sklearn-skops"),
        "commit": "a" * 40,
        "data": (DataPin(name="scans", dataset="vision/digits", md5="9a3f", sha256=TWO),),
    }
    return Candidate(**{**facts, **more})


@pytest.fixture(scope="module")
def digest(models: dict[str, Trained], tmp_path_factory: pytest.TempPathFactory) -> str:
    return FolderStore(tmp_path_factory.mktemp("store")).put_folder(models["digits"].folder)


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[MlflowRegistry]:
    made = MlflowRegistry(tmp_path)
    yield made
    made.close()


def ensure(registry: Registry, one: Candidate, trained: Trained) -> str:
    assert one.model is not None
    extra = {
        "lock": "scikit-learn==1.9.1 \\\n    --hash=sha256:00\nskops==0.16.0\n",
        "contract": trained.contract.decode(),
    }
    return registry.ensure(one, one.model, trained.folder, extra)


def counts(root: Path) -> dict[str, list[str]]:
    with sqlite3.connect(root / ".windlass/mlflow.db") as connection:
        read = {
            "runs": "select status from runs order by 1",
            "models": "select cast(status as text) from logged_models",
            "versions": "select cast(version as text) from model_versions",
        }
        found = {name: [row[0] for row in connection.execute(query)] for name, query in read.items()}
    connection.close()
    return found


@pytest.mark.slow
def test_a_plain_mlflow_user_sees_and_loads_it(
    registry: MlflowRegistry, models: dict[str, Trained], digest: str, tmp_path: Path
) -> None:
    registry.warm()
    assert ensure(registry, candidate(digest), models["digits"]) == "1"
    assert registry.set_alias("vision-digits", "prod", digest) == "1"
    database = tmp_path / ".windlass/mlflow.db"
    quiet = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    place = tmp_path / "elsewhere"
    place.mkdir()
    asked = subprocess.run(
        [sys.executable, "-c", READ, str(database)], cwd=place, env=quiet, check=False, capture_output=True, text=True
    )
    assert asked.returncode == 0, asked.stderr
    seen = json.loads(asked.stdout)
    assert seen["same"]
    assert seen["signature"] == [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 64]}}]
    assert seen["run"]["status"] == "FINISHED"
    assert seen["run"]["params"] == {"max_depth": "8", "nested.on": "True"}
    assert seen["run"]["metrics"] == {"f1": 0.97, "f1.digit.7": 0.9}
    assert seen["run"]["tags"]["windlass.inputs"] == ONE
    assert seen["run"]["tags"]["windlass.data.scans"] == f"vision/digits md5:9a3f {TWO}"
    assert seen["version"]["tags"]["windlass.model"] == digest
    assert seen["version"]["run"]
    assert seen["model"] == {"status": "READY", "of run": True}
    assert [path.name for path in place.iterdir()] == []
    assert sorted(path.name for path in (tmp_path / ".windlass").iterdir()) == ["locks", "mlflow", "mlflow.db"]


def test_what_is_known_is_answered_without_mlflow(
    registry: MlflowRegistry, models: dict[str, Trained], digest: str, tmp_path: Path
) -> None:
    ensure(registry, candidate(digest), models["digits"])
    registry.set_alias("vision-digits", "prod", digest)
    cold = MlflowRegistry(tmp_path)
    assert ensure(cold, candidate(digest), models["digits"]) == "1"
    assert cold.aliases(["vision-digits", "other"]) == {"vision-digits": {"prod": ("1", digest)}}
    assert cold.versions("vision-digits") == {digest: "1"}
    assert cold.set_alias("vision-digits", "prod", digest) == "1"
    cold.drop_alias("vision-digits", "never")
    assert cold._worker is None
    assert counts(tmp_path) == {"runs": ["FINISHED"], "models": ["2"], "versions": ["1"]}
    registry.drop_alias("vision-digits", "prod")
    assert cold.aliases(["vision-digits"]) == {}


def test_the_same_bytes_trained_again_are_the_same_version(
    registry: MlflowRegistry, models: dict[str, Trained], digest: str, tmp_path: Path
) -> None:
    ensure(registry, candidate(digest), models["digits"])
    assert ensure(registry, candidate(digest, TWO), models["digits"]) == "1"
    assert counts(tmp_path)["versions"] == ["1"]


def test_lost_artifacts_are_put_back(
    registry: MlflowRegistry, models: dict[str, Trained], digest: str, tmp_path: Path
) -> None:
    ensure(registry, candidate(digest), models["digits"])
    (found,) = (tmp_path / ".windlass/mlflow").rglob("MLmodel")
    found.unlink()
    assert ensure(registry, candidate(digest), models["digits"]) == "1"
    assert found.is_file()
    assert counts(tmp_path) == {"runs": ["FINISHED"], "models": ["2"], "versions": ["1"]}


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_is_finished_by_the_next_try(
    point: str, models: dict[str, Trained], digest: str, tmp_path: Path
) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.mlflow_registry import MlflowRegistry\n"
        "from windlass.model.candidate import Candidate\n"
        f"def point(name):\n    if name == {point!r}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "one = Candidate.model_validate_json(sys.argv[2])\n"
        "MlflowRegistry(Path(sys.argv[1]), point).ensure(one, one.model, Path(sys.argv[3]), {})\n"
    )
    one = candidate(digest)
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    words = [
        sys.executable,
        "-c",
        program,
        str(tmp_path),
        one.model_dump_json(by_alias=True),
        str(models["digits"].folder),
    ]
    assert subprocess.run(words, env=paths, check=False).returncode == -signal.SIGKILL
    registry = MlflowRegistry(tmp_path)
    assert ensure(registry, one, models["digits"]) == "1"
    registry.close()
    assert counts(tmp_path) == {"runs": ["FINISHED"], "models": ["2"], "versions": ["1"]}
    assert not list((tmp_path / ".windlass").glob("register-*"))


@pytest.mark.slow
def test_a_run_that_a_kill_left_and_nobody_wants_any_more_is_closed(
    registry: MlflowRegistry, models: dict[str, Trained], digest: str, tmp_path: Path
) -> None:
    registry._ask(
        "run",
        experiment="vision/digits",
        artifacts=(tmp_path / ".windlass/mlflow/vision/digits").as_uri(),
        name="left",
        started=1,
        params={},
        metrics={},
        tags={"windlass.inputs": TWO},
    )
    assert counts(tmp_path)["runs"] == ["RUNNING"]
    ensure(registry, candidate(digest), models["digits"])
    assert counts(tmp_path)["runs"] == ["FINISHED", "KILLED"]


def test_no_database_is_an_empty_registry(tmp_path: Path) -> None:
    registry = MlflowRegistry(tmp_path)
    assert registry.aliases(["x"]) == {}
    assert registry.versions("x") == {}
    assert not (tmp_path / ".windlass").exists()


def test_a_corrupt_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    database = tmp_path / ".windlass/mlflow.db"
    database.parent.mkdir()
    database.write_bytes(b"this is no database, whatever its name says")
    with pytest.raises(World) as caught:
        MlflowRegistry(tmp_path).aliases(["x"])
    assert caught.value.diagnostics[0].code == "WL520"
    assert "built again from the store" in caught.value.diagnostics[0].hint


def test_an_alias_of_unknown_bytes_is_refused(registry: MlflowRegistry) -> None:
    with pytest.raises(World) as caught:
        registry.set_alias("vision-digits", "prod", ONE)
    assert caught.value.diagnostics[0].code == "WL526"


@pytest.mark.parametrize("name", ["model.pkl", "model.skops"])
def test_a_folder_without_a_real_skops_file_is_a_finding(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"junk")
    with pytest.raises(Findings) as caught:
        mlmodel.trusted_types(tmp_path / mlmodel.model_file(tmp_path))
    assert caught.value.diagnostics[0].code == "WL522"


def test_types_to_trust_are_read_from_the_file_and_never_functions(models: dict[str, Trained]) -> None:
    found = mlmodel.trusted_types(models["digits"].folder / "model.skops")
    assert "sklearn.tree._tree.Tree" in found
    assert not [name for name in found if not name.startswith(("sklearn.", "scipy.", "numpy.random."))]


def test_values_are_flattened_to_dotted_names() -> None:
    metrics = {"f1": 1, "by": {"x": 2}, "slices": {"digit": {"7": {"f1": 3, "recall": 4}}, "site": {"a b": {"f1": 5}}}}
    assert flat(metrics) == {"f1": 1, "by.x": 2, "f1.digit.7": 3, "recall.digit.7": 4, "f1.site.a b": 5}


def test_reading_names_only_what_was_asked(tmp_path: Path) -> None:
    assert mlflow_reading.version(tmp_path / "no.db", "x", ONE) is None
