"""A scratch repository with a toy model whose stages take milliseconds, and a person who types commands in it.

Everything else is real: git, DVC, MLflow, BentoML in the model's own (already cached) environment. The weights are trained once
per session, so that stage `fit` only has to choose.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil

from tests import repositories
from tests.repositories import Clone
from windlass.engine import lockfile

ROOT = Path(__file__).parents[2]
SLUG, REGISTERED = "orchard/pear", "orchard-pear"
FOLDER = f"specs/{SLUG}"
MODEL = f"{FOLDER}/model.yaml"
FIELD = "specs/orchard/datasets/crates/field.txt"
KILLED, FULL = (Path(__file__).with_name(f"{name}.py") for name in ("killed", "full"))
TOKEN = "RUNS"
"""The variable whose value marks every process of one scratch repository, however deep, so that none can hide."""

WEIGHTS = """
import sys
from pathlib import Path

import skops.io
from sklearn.linear_model import LinearRegression

for factor in (2, 3, 4):
    model = LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, factor, 1])
    skops.io.dump(model, Path(sys.argv[1], f"{factor}.skops"))
"""
TOLD = "import json, os, pathlib\nwith open(os.environ['RUNS'], 'a') as runs: runs.write('{}\\n')\n"
NOTHING = "# nothing but Python\n"

FILES = {
    ".gitignore": ".windlass/\n__pycache__/\n",
    "specs/orchard/team.yaml": """\
apiVersion: windlass.dev/v1alpha1
kind: Team
metadata: {name: orchard}
spec: {owners: [ada@example.org]}
""",
    "specs/orchard/datasets/crates/dataset.yaml": """\
apiVersion: windlass.dev/v1alpha1
kind: Dataset
metadata: {name: crates, team: orchard}
spec:
  source: {cmd: python collect.py, deps: [collect.py, field.txt], out: crates.csv}
  format: csv
  schema:
    minRows: 2
    columns:
      - {name: crate, type: string, unique: true}
      - {name: weight, type: number, min: 0}
  licence: CC0-1.0
  personalData: none
""",
    "specs/orchard/datasets/crates/collect.py": TOLD.format("source")
    + "pathlib.Path('crates.csv').write_text('crate,weight\\n' + pathlib.Path('field.txt').read_text())\n",
    FIELD: "A,1.5\nB,2\nC,3\n",
    "specs/orchard/datasets/crates/requirements.txt": NOTHING,
    "specs/orchard/datasets/crates/requirements.lock": lockfile.assemble(NOTHING.encode(), b""),
    MODEL: """\
apiVersion: windlass.dev/v1alpha1
kind: Model
metadata: {name: pear, team: orchard}
spec:
  modelFormat: {name: sklearn}
  data: [{name: harvest, dataset: crates}]
  tests: {cmd: python checks.py, deps: [checks.py]}
  pipeline:
    stages:
      - {name: tidy, cmd: python tidy.py, deps: [tidy.py, harvest], outs: [tidy.json]}
      - {name: fit, cmd: python fit.py, deps: [fit.py, tidy.json, weights], params: {factor: 2}, outs: [model]}
      - {name: score, cmd: python score.py, deps: [score.py, model, tidy.json], metrics: [{path: metrics.json, names: [f1]}]}
  evaluation:
    gates: [{metric: f1, min: 0.5}]
  serving:
    input: {length: {type: number, minimum: 0}, width: {type: number}}
    output: {price: {type: number, method: predict}}
    examples: [{name: one, request: examples/one.json}]
""",
    f"{FOLDER}/examples/one.json": '{"length": 2, "width": 0}\n',
    f"{FOLDER}/checks.py": TOLD.format("test"),
    f"{FOLDER}/tidy.py": TOLD.format("tidy")
    + "rows = pathlib.Path('../datasets/crates/crates.csv').read_text().splitlines()[1:]\n"
    + "pathlib.Path('tidy.json').write_text(json.dumps([float(row.split(',')[1]) for row in rows]))\n",
    f"{FOLDER}/fit.py": TOLD.format("fit")
    + "factor = json.loads(pathlib.Path('params.json').read_text())['factor']\n"
    + "os.makedirs('model')\n"
    + "pathlib.Path('model/model.skops').write_bytes(pathlib.Path(f'weights/{factor}.skops').read_bytes())\n",
    f"{FOLDER}/score.py": TOLD.format("score")
    + "rows = json.loads(pathlib.Path('tidy.json').read_text())\n"
    + "pathlib.Path('metrics.json').write_text(json.dumps({'f1': min(1.0, len(rows) / 4)}))\n",
}
FIRST = ["source", "tidy", "fit", "score", "test"]
CHAIN = ("dev", "staging", "prod")
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: {name}}}
spec:
  target: {{kind: files, port: {port}}}
  promotion: {{approvals: 0}}
{before}"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    exit: int
    out: str
    err: str
    seconds: float

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass
class Orchard:
    """One clone, the file in which its stages note that they ran, and the first port that is its own."""

    clone: Clone
    port: int

    def __post_init__(self) -> None:
        self.folder = self.clone.folder
        self.runs_file = self.folder.parent / "runs.txt"
        self.token = str(self.runs_file)

    # -- typing commands ------------------------------------------------------------------------------------------------

    def start(
        self, *words: str, point: str = "", by: str = "SIGKILL", room: int | None = None, **options: Any
    ) -> "subprocess.Popen[str]":
        """A command in the background; with a ``point`` a signal ends it there, with ``room`` the disk is full after so many
        files."""
        entry = ["-m", "windlass"]
        if point:
            entry = [str(KILLED), by, point]
        elif room is not None:
            entry = [str(FULL), str(room)]
        return subprocess.Popen(
            [sys.executable, *entry, *words],
            cwd=self.folder,
            env=self.surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def says(self, *words: str, point: str = "", by: str = "SIGKILL", room: int | None = None) -> Said:
        """Run a command to its end, however that comes. Nothing of Windlass may ever show a traceback."""
        began = time.monotonic()
        said = finished(self.start(*words, point=point, by=by, room=room), began)
        self.check(said)
        return said

    def does(self, *words: str) -> Said:
        """Run a command that must work."""
        said = self.says(*words)
        assert said.exit == 0, f"windlass {' '.join(words)}: exit {said.exit}\n{said.text}"
        return said

    def up(self, *words: str) -> Said:
        return self.does("up", SLUG, "--port", str(self.port), *words)

    def check(self, said: Said) -> None:
        """No traceback of ours and no report of a bug. One of the team's names none of our files."""
        reports = self.folder / ".windlass" / "reports"
        told = "\n".join(path.read_text() for path in reports.glob("*")) if reports.is_dir() else ""
        assert not told, told
        assert "WL900" not in said.text, said.text
        if "Traceback" in said.text:
            assert f"{ROOT / 'platform'}/" not in said.text, said.text

    def surroundings(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("GIT_", "DVC_", "MLFLOW_", "BENTOML_", "PYTEST_", "COV_"))
        }
        ours = {
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            TOKEN: self.token,
            "UV_OFFLINE": "1",
            "NO_COLOR": "1",
        }
        return kept | ours

    # -- looking ----------------------------------------------------------------------------------------------------------

    def ran(self) -> list[str]:
        """The stages that ran since the last call."""
        names = self.runs_file.read_text().split() if self.runs_file.exists() else []
        self.runs_file.unlink(missing_ok=True)
        return names

    def processes(self) -> list[psutil.Process]:
        """Every process of this repository that lives."""
        found = []
        for one in psutil.process_iter():
            try:
                if one.environ().get(TOKEN) == self.token and one.status() != psutil.STATUS_ZOMBIE:
                    found.append(one)
            except (psutil.Error, OSError):
                continue
        return found

    def services(self) -> list[dict[str, Any]]:
        """The records of services, of every environment, that can be read."""
        return self._records("*")

    def strays(self) -> list[str]:
        """Processes that live and are neither a recorded service nor started by one."""
        recorded = {record["pid"] for record in self.services()}
        found = []
        for one in self.processes():
            try:
                if not recorded & {one.pid, *(parent.pid for parent in one.parents())}:
                    found.append(f"{one.pid} {' '.join(one.cmdline())[:200]}")
            except psutil.Error:
                continue
        return found

    def quiet(self, seconds: float = 2.0) -> None:
        """Within this time nothing lives but recorded services."""
        limit = time.monotonic() + seconds
        while left := self.strays():
            assert time.monotonic() < limit, "\n".join(left)
            time.sleep(0.05)

    @property
    def state(self) -> Path:
        return self.folder / ".windlass"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """A question to the registry's database."""
        with closing(sqlite3.connect(self.state / "mlflow.db")) as connection:
            return connection.execute(query).fetchall()

    def alias(self, name: str) -> str | None:
        rows = self.rows(f"select version from registered_model_aliases where alias = '{name}'")
        return str(rows[0][0]) if rows else None

    def release(self, environment: str = "local") -> dict[str, Any]:
        """What a release folder says, `local`'s as it lies."""
        import yaml

        top = (
            self.state / "local/releases"
            if environment == "local"
            else self.folder / f"environments/{environment}/releases"
        )
        found: dict[str, Any] = yaml.safe_load((top / SLUG / "release.yaml").read_text())
        return found

    def pids(self, environment: str = "local") -> list[int]:
        """The leader's pid of each live service of one environment."""
        return [record["pid"] for record in self._records(environment) if psutil.pid_exists(record["pid"])]

    def _records(self, environment: str) -> list[dict[str, Any]]:
        found = []
        for path in sorted(self.state.glob(f"{environment}/run/*/*.json")):
            with suppress(ValueError):
                found.append(json.loads(path.read_bytes()))
        return found

    def predicts(self, port: int | None = None) -> float:
        """The price of a pear two long: twice the factor."""
        request = Request(f"http://127.0.0.1:{port or self.port}/predict", data=b'{"length": 2, "width": 0}')
        request.add_header("Content-Type", "application/json")
        with urlopen(request, timeout=20) as answer:
            return round(float(json.load(answer)["price"]), 6)

    def changed(self) -> list[str]:
        """What `git status` lists, dvc.lock excepted."""
        lines = self.clone.git("status", "--porcelain", "-uall").splitlines()
        return [line for line in lines if not line.endswith("dvc.lock")]

    # -- changing ---------------------------------------------------------------------------------------------------------

    def edit(self, path: str, before: str, after: str, lock: bool = True) -> None:
        place = self.folder / path
        text = place.read_text()
        assert before in text
        place.write_text(text.replace(before, after))
        if lock:
            self.does("lock")

    def clear(self) -> None:
        """End every process of this repository."""
        for _ in range(20):
            left = self.processes()
            for one in left:
                try:
                    one.send_signal(signal.SIGKILL)
                except psutil.Error:
                    continue
            if not left:
                return
            psutil.wait_procs(left, timeout=0.5)


def finished(process: "subprocess.Popen[str]", began: float, limit: float = 240) -> Said:
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"no end after {limit} s\n{out}{err}") from None
    return Said(process.returncode, out, err, time.monotonic() - began)


def files(weights: Path, port: int, extra: Mapping[str, str | bytes] = {}) -> dict[str, str | bytes]:
    """Every file of the repository, generated ones excepted."""
    digits = ROOT / "specs/vision/digits"
    shared = {f"{FOLDER}/{name}": (digits / name).read_bytes() for name in ("requirements.txt", "requirements.lock")}
    ready = {f"{FOLDER}/weights/{path.name}": path.read_bytes() for path in sorted(weights.iterdir())}
    chain: dict[str, str] = {}
    for place, name in enumerate(CHAIN):
        before = f"  promotesFrom: {CHAIN[place - 1]}\n" if place else ""
        chain[f"environments/{name}/environment.yaml"] = ENVIRONMENT.format(
            name=name, port=port + 1 + place, before=before
        )
    return {**FILES, **shared, **ready, **chain, **extra}


def free_ports(count: int) -> int:
    """The first of some consecutive ports that nobody has. They are below the range from which the system gives out ports, and
    each worker of xdist looks in a range of its own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    start = 20_000 + 800 * (worker % 12)
    offset = (os.getpid() * 7 + int(time.monotonic() * 10)) % 100
    for first in range(start + offset * count, start + 800 + 800, count):
        if all(_free(first + step) for step in range(count)):
            return first
    raise AssertionError("no free ports")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def new(folder: Path, weights: Path, ports: int = 8) -> Orchard:
    """A committed repository with everything rendered."""
    orchard = Orchard(repositories.new(folder), free_ports(ports))
    orchard.clone.write(files(weights, orchard.port))
    orchard.does("lock")
    orchard.clone.commit("the orchard")
    return orchard


def only(values: Iterable[Any]) -> Any:
    (one,) = values
    return one
