"""The registry on a real tracker: whole after any kill, one version however many are at it, loadable by anybody."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests import tracker
from tests.fixtures.model_env import Trained
from tests.tracker import Tracker
from tests.unit.adapters.test_mlflow_registry import ONE, POINTS, TWO, candidate, ensure
from windlass.adapters import mlflow_tracker
from windlass.adapters.mlflow_tracker import TrackerRegistry
from windlass.model.candidate import Candidate, ModelPin
from windlass.model.failure import World

NAME = "digits"
READ = """
import json, sys
import mlflow, numpy
mlflow.set_tracking_uri(sys.argv[1])
name, model = sys.argv[2:]
loaded = mlflow.sklearn.load_model(f"models:/{name}/1")
generic = mlflow.pyfunc.load_model(f"models:/{name}@prod")
rows = numpy.zeros((2, 64))
client = mlflow.MlflowClient()
(run,) = client.search_runs([client.get_experiment_by_name(f"vision/{model}").experiment_id])
print(json.dumps({
    "same": loaded.predict(rows).tolist() == generic.predict(rows).tolist(),
    "signature": generic.metadata.signature.inputs.to_dict(),
    "run": {"status": run.info.status, "params": run.data.params, "metrics": run.data.metrics, "tags": run.data.tags},
    "version": client.get_model_version(name, "1").tags,
}))
"""
ENSURE = """
import os, signal, sys
from pathlib import Path
from windlass.adapters.mlflow_tracker import TrackerRegistry
from windlass.model.candidate import Candidate

def point(name):
    if name == sys.argv[5]:
        os.kill(os.getpid(), signal.SIGKILL)

one = Candidate.model_validate_json(sys.argv[3])
print(TrackerRegistry(sys.argv[1], Path(sys.argv[2]), point).ensure(one, one.model, Path(sys.argv[4]), {}))
"""


@pytest.fixture
def own() -> Candidate:
    """A candidate whose experiment and registered model no other test has."""
    model = f"{NAME}-{uuid.uuid4()}"
    return named(candidate(ONE), model)


def named(one: Candidate, model: str, digest: str = ONE, inputs: str = ONE) -> Candidate:
    pin = ModelPin(registry=f"vision-{model}", digest=digest, format="sklearn-skops")
    return one.model_copy(update={"model_name": model, "model": pin, "inputs": inputs})


@pytest.fixture
def registry(mlflow_server: Tracker, tmp_path: Path) -> Iterator[TrackerRegistry]:
    made = TrackerRegistry(mlflow_server.address, tmp_path)
    yield made
    made.close()


def apart(server: Tracker, folder: Path, one: Candidate, trained: Trained, point: str = "") -> "subprocess.Popen[str]":
    """The same in a process of its own, as in a pod: it has an empty folder."""
    folder.mkdir(exist_ok=True)
    words = [server.address, str(folder), one.model_dump_json(by_alias=True), str(trained.folder), point]
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.Popen([sys.executable, "-c", ENSURE, *words], env=paths, stdout=subprocess.PIPE, text=True)


def counts(server: Tracker, one: Candidate) -> dict[str, list[str]]:
    client = server.client()
    number = client.get_experiment_by_name(one.slug).experiment_id
    assert one.model is not None
    return {
        "runs": sorted(run.info.status for run in client.search_runs([number])),
        "models": [str(model.status) for model in client.search_logged_models([number])],
        "versions": [str(made.version) for made in client.search_model_versions(f"name = '{one.model.registry}'")],
    }


WHOLE = {"runs": ["FINISHED"], "models": ["READY"], "versions": ["1"]}


@pytest.mark.slow
def test_a_plain_mlflow_user_sees_and_loads_it(
    registry: TrackerRegistry, mlflow_server: Tracker, models: dict[str, Trained], own: Candidate, tmp_path: Path
) -> None:
    assert own.model is not None
    assert ensure(registry, own, models["digits"]) == "1"
    registry.set_alias(own.model.registry, "prod", ONE)
    words = [sys.executable, "-c", READ, mlflow_server.address, own.model.registry, own.model_name]
    quiet = {**os.environ, "MLFLOW_DISABLE_TELEMETRY": "true"}
    done = subprocess.run(words, env=quiet, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert read["same"]
    assert read["signature"] == [{"type": "tensor", "tensor-spec": {"dtype": "float64", "shape": [-1, 64]}}]
    assert read["run"]["status"] == "FINISHED"
    assert read["run"]["params"] == {"max_depth": "8", "nested.on": "True"}
    assert read["run"]["metrics"] == {"f1": 0.97, "f1.digit.7": 0.9}
    assert read["run"]["tags"]["windlass.commit"] == "a" * 40
    assert read["version"]["windlass.model"] == ONE
    assert read["version"]["windlass.data.scans"] == f"vision/digits md5:9a3f {TWO}"
    assert not list((tmp_path / ".windlass").rglob("model.skops")), "nothing of it stays here"


@pytest.mark.slow
def test_what_is_whole_is_asked_and_not_sent_again(
    registry: TrackerRegistry, mlflow_server: Tracker, models: dict[str, Trained], own: Candidate, tmp_path: Path
) -> None:
    ensure(registry, own, models["digits"])
    points: list[str] = []
    again = TrackerRegistry(mlflow_server.address, tmp_path / "another", points.append)
    assert ensure(again, own, models["digits"]) == "1"
    assert points == []
    for lost in (mlflow_server.folder / "mlartifacts").rglob("MLmodel"):
        lost.unlink()
    assert ensure(again, own, models["digits"]) == "1"
    assert points == POINTS
    again.close()
    assert counts(mlflow_server, own) == WHOLE


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_point_is_finished_by_another_pod(
    point: str, mlflow_server: Tracker, models: dict[str, Trained], own: Candidate, tmp_path: Path
) -> None:
    with apart(mlflow_server, tmp_path / "one", own, models["digits"], point) as killed:
        assert killed.wait() == -signal.SIGKILL
    assert apart(mlflow_server, tmp_path / "two", own, models["digits"]).communicate()[0].strip() == "1"
    assert counts(mlflow_server, own) == WHOLE


@pytest.mark.slow
def test_pods_at_once_make_one_version(
    mlflow_server: Tracker, models: dict[str, Trained], own: Candidate, tmp_path: Path
) -> None:
    others = [named(own, own.model_name, ONE, f"sha256:{number}{'0' * 63}") for number in range(3)]
    pods = [
        apart(mlflow_server, tmp_path / str(number), one, models["digits"]) for number, one in enumerate((own, *others))
    ]
    said = [pod.communicate()[0].strip() for pod in pods]
    (version,) = counts(mlflow_server, own)["versions"]
    assert said == [version] * len(pods)


@pytest.mark.slow
def test_of_two_versions_the_lower_one_stays(
    registry: TrackerRegistry, mlflow_server: Tracker, models: dict[str, Trained], own: Candidate
) -> None:
    """The other pod makes its version between our look and ours."""
    assert own.model is not None
    ensure(registry, own, models["digits"])
    client, name = mlflow_server.client(), own.model.registry
    (first,) = client.search_model_versions(f"name = '{name}'")
    worker = Path(mlflow_tracker.__file__).with_name("mlflow_worker.py")
    program = (
        "import importlib.util, json, os, sys\n"
        f"spec = importlib.util.spec_from_file_location('worker', {str(worker)!r})\n"
        "worker = importlib.util.module_from_spec(spec); spec.loader.exec_module(worker); worker.warm()\n"
        "find, seen = worker._find, []\n"
        "worker._find = lambda *words: find(*words) if seen or seen.append(1) else None\n"
        "print(worker.handle({'do': 'version', **json.loads(sys.argv[1])}))\n"
    )
    asked = {
        "name": name,
        "run": first.run_id,
        "model": first.source.removeprefix("models:/"),
        "digest": ONE,
        "tags": {},
    }
    around = {**os.environ, "WINDLASS_MLFLOW_URI": mlflow_server.address}
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(asked)], env=around, capture_output=True, text=True
    )
    assert done.stdout.strip() == "{'version': '1'}", done.stderr
    assert counts(mlflow_server, own)["versions"] == ["1"]


@pytest.mark.slow
def test_a_run_of_another_model_goes_on(
    registry: TrackerRegistry, mlflow_server: Tracker, models: dict[str, Trained], own: Candidate
) -> None:
    other = named(own, f"{own.model_name}-2", TWO, TWO)
    run = {"artifacts": None, "name": "other", "started": 1, "params": {}, "metrics": {}}
    registry._ask("run", experiment=other.slug, tags={"windlass.inputs": TWO}, **run)
    registry._ask("run", experiment=own.slug, tags={"windlass.inputs": TWO}, **run)
    ensure(registry, own, models["digits"])
    assert counts(mlflow_server, other)["runs"] == ["RUNNING"]
    assert counts(mlflow_server, own)["runs"] == ["FINISHED", "KILLED"]


@pytest.mark.slow
def test_a_server_that_keeps_files_where_only_it_can_see_is_refused(
    models: dict[str, Trained], own: Candidate, tmp_path: Path
) -> None:
    (tmp_path / "server").mkdir()
    with tracker.tracker(tmp_path / "server", "--no-serve-artifacts") as server:
        registry = TrackerRegistry(server.address, tmp_path / "pod")
        with pytest.raises(World) as caught:
            ensure(registry, own, models["digits"])
        registry.close()
    (told,) = caught.value.diagnostics
    assert told.code == "WL527"
    assert "which only it can see" in told.message
    assert "--serve-artifacts" in told.hint
    assert not list((tmp_path / "pod").rglob("model.skops"))


class Doorman(BaseHTTPRequestHandler):
    """Knows nobody, and repeats what it was told."""

    heard: list[str]

    def do_GET(self) -> None:
        self.heard.append(self.headers.get("Authorization", ""))
        self.send_response(401)
        self.end_headers()
        self.wfile.write(f"I do not know {self.heard[-1]} {self.path}".encode())

    def log_message(self, *words: Any) -> None: ...


def test_a_server_that_knows_nobody_is_told_without_the_keys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    handler = type("Heard", (Doorman,), {"heard": []})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "hush-hush")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://elsewhere.example")
    registry = TrackerRegistry(f"http://127.0.0.1:{server.server_port}", tmp_path)
    with pytest.raises(World) as caught:
        registry.versions("x")
    registry.close()
    server.shutdown()
    (told,) = caught.value.diagnostics
    assert told.code == "WL527"
    assert "401" in told.message
    assert "MLFLOW_TRACKING_TOKEN" in told.hint
    assert "Bearer hush-hush" in handler.heard
    assert "hush" not in told.message + told.hint + caught.value.output


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    port = tracker.free_port()
    registry = TrackerRegistry(f"http://127.0.0.1:{port}", tmp_path)
    with pytest.raises(World) as caught:
        registry.aliases(["x"])
    registry.close()
    (told,) = caught.value.diagnostics
    assert (told.code, told.message) == (
        "WL527",
        f"the tracker http://127.0.0.1:{port} could not do `aliases`: "
        "Failed to establish a new connection: [Errno 111] Connection refused",
    )


@pytest.mark.parametrize(
    ("address", "found"),
    [("https://mlflow.example", "https://mlflow.example"), ("sqlite:///x.db", None), ("databricks", None), ("", None)],
)
def test_a_server_is_named_by_its_address(monkeypatch: pytest.MonkeyPatch, address: str, found: str | None) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
    assert mlflow_tracker.named() == found
