"""The benchmark: `make bench`. Builds scratch projects for Windlass and its peers and prints a table of ratios."""

import argparse
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from measure import Run, in_turn

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
BIN = Path(sys.executable).parent
WINDLASS, DVC, MLFLOW = (str(BIN / name) for name in ("windlass", "dvc", "mlflow"))
QUIET = {
    "DVC_NO_ANALYTICS": "1",
    "CI": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "BENTOML_DO_NOT_TRACK": "True",
    "GIT_AUTHOR_NAME": "bench",
    "GIT_AUTHOR_EMAIL": "bench@example.org",
    "GIT_COMMITTER_NAME": "bench",
    "GIT_COMMITTER_EMAIL": "bench@example.org",
    "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
}
LIMIT = 180.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="counted runs of the short commands")
    parser.add_argument("--first", type=int, default=1, help="counted runs of the way to the first prediction")
    arguments = parser.parse_args()
    os.environ.update(QUIET)
    scratch = Path(tempfile.mkdtemp(prefix="windlass-bench-"))
    try:
        clone = windlass_project(scratch / "windlass")
        firsts = first_predictions(scratch, clone, arguments.first)
        short_commands(clone, scratch / "dvc_mlflow-0", arguments.runs)
        print()
        for name, seconds in firsts.items():
            ratio = seconds / firsts["windlass up"]
            print(f"first prediction  {name:<42} {seconds:6.1f} s   {ratio:5.2f} x windlass up")
    finally:
        subprocess.run([WINDLASS, "down"], cwd=scratch / "windlass", capture_output=True, check=False)
        shutil.rmtree(scratch, ignore_errors=True)


def windlass_project(folder: Path) -> Path:
    """A clone of this repository with one commit and no lock of a run: nothing was trained in it."""
    shutil.copytree(
        ROOT, folder, ignore=shutil.ignore_patterns(".git", ".venv", ".windlass*", "__pycache__", ".dvc/cache")
    )
    for lock in folder.glob("specs/**/dvc.lock"):
        lock.unlink()
    commit(folder)
    subprocess.run([WINDLASS, "init"], cwd=folder, check=True, capture_output=True)
    return folder


def commit(folder: Path) -> None:
    """Make the folder a repository with everything in one commit."""
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def first_predictions(scratch: Path, clone: Path, count: int) -> dict[str, float]:
    """Seconds from installed to the first answer, the best of ``count`` each."""
    found: dict[str, float] = {}
    for turn in range(count):
        if turn:
            subprocess.run([WINDLASS, "down"], cwd=clone, check=True, capture_output=True)
            shutil.rmtree(clone)
            windlass_project(clone)
        port = free_port()
        began = time.monotonic()
        subprocess.run(
            [WINDLASS, "up", "vision/digits", "--port", str(port)], cwd=clone, check=True, capture_output=True
        )
        keep(found, "windlass up", time.monotonic() - began)
        keep(
            found, "DVC + MLflow + mlflow models serve", dvc_mlflow(scratch / f"dvc_mlflow-{turn}", "as in the guides")
        )
        keep(found, "the same, requirements written down", dvc_mlflow(scratch / f"dvc_mlflow_tuned-{turn}", "tuned"))
        keep(found, "BentoML alone (no tracking, no gates)", bentoml(scratch / f"bentoml-{turn}", clone))
    return found


def keep(found: dict[str, float], name: str, seconds: float) -> None:
    """Keep the smaller one."""
    found[name] = min(seconds, found.get(name, seconds))


def dvc_mlflow(folder: Path, kind: str) -> float:
    """The peers' way: dvc repro trains and logs to MLflow, then mlflow serves the registered model."""
    shutil.copytree(HERE / "peers/dvc_mlflow", folder)
    began = time.monotonic()
    subprocess.run(["git", "init", "-q", "-b", "main"], cwd=folder, check=True)
    subprocess.run([DVC, "init", "-q"], cwd=folder, check=True)
    subprocess.run([DVC, "repro"], cwd=folder, check=True, capture_output=True, env={**os.environ, "PEER": kind})
    port = free_port()
    serve = [MLFLOW, "models", "serve", "-m", "models:/digits/1", "--env-manager", "local", "-p", str(port)]
    body = json.dumps({"inputs": [example()]})
    env = {**os.environ, "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db"}
    answered(serve, folder, f"http://127.0.0.1:{port}/invocations", body, env)
    return time.monotonic() - began


def bentoml(folder: Path, clone: Path) -> float:
    """BentoML's own way: train and save, then serve the service file."""
    python = model_python(clone)
    shutil.copytree(HERE / "peers/bentoml", folder)
    env = {
        **os.environ,
        "BENTOML_HOME": str(folder / "home"),
        "PATH": f"{Path(python).parent}{os.pathsep}{os.environ['PATH']}",
    }
    began = time.monotonic()
    subprocess.run([python, "train.py"], cwd=folder, check=True, env=env, capture_output=True)
    port = free_port()
    serve = [python, "-m", "bentoml", "serve", "service:Digits", "--host", "127.0.0.1", "--port", str(port)]
    answered(serve, folder, f"http://127.0.0.1:{port}/predict", json.dumps({"scan": [example()]}), env)
    return time.monotonic() - began


def answered(serve: list[str], folder: Path, url: str, body: str, env: dict[str, str]) -> None:
    """Start a server, ask until it answers, end its whole group."""
    with (folder / "serve.log").open("wb") as log:
        server = subprocess.Popen(serve, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    end = time.monotonic() + LIMIT
    try:
        while time.monotonic() < end:
            request = urllib.request.Request(url, body.encode(), {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    answer.read()
                    return
            except urllib.error.HTTPError as error:
                raise SystemExit(f"{url} answered {error.code}: {error.read()[:500]!r}") from error
            except OSError:
                time.sleep(0.05)
        raise SystemExit(f"{url} did not answer:\n{(folder / 'serve.log').read_text()[-2000:]}")
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(30)


def short_commands(clone: Path, peer: Path, count: int) -> None:
    """Start-up costs, in turn."""
    validate = [WINDLASS, "validate"]
    forget = [WINDLASS, "validate", "--no-cache"]
    version, dvc_version = [WINDLASS, "--version"], [DVC, "--version"]
    rows = in_turn(
        count,
        (version, clone),
        (validate, clone),
        (forget, clone),
        (dvc_version, clone),
        ([WINDLASS, "up", "vision/digits"], clone),
        ([DVC, "repro"], peer),
    )
    names = (
        "windlass --version",
        "windlass validate",
        "windlass validate, cold",
        "dvc --version",
        "second windlass up",
        "no-op dvc repro",
    )
    for name, run, peer_run in zip(names, rows, (rows[3], rows[3], rows[3], rows[3], rows[5], rows[5]), strict=True):
        tell(name, run, peer_run)


def tell(name: str, run: Run, peer: Run) -> None:
    """One row."""
    print(f"{name:<26} cpu {run.cpu:6.3f} s   wall {run.wall:6.3f} s   cpu ratio {run.cpu / peer.cpu:5.2f}")


def model_python(clone: Path) -> str:
    """The interpreter of the digits model, as `windlass lock` says it."""
    told = subprocess.run([WINDLASS, "lock", "--output", "json"], cwd=clone, check=True, capture_output=True, text=True)
    rows = json.loads(told.stdout)["locked"]
    return str(next(row["python"] for row in rows if (row["kind"], row["slug"]) == ("model", "vision/digits")))


def example() -> list[float]:
    """One scan, its rows of pixels end to end."""
    rows = json.loads((ROOT / "specs/vision/digits/examples/seven.json").read_text())["scan"]
    return [pixel for row in rows for pixel in row]


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
