"""A toy model whose stages take milliseconds: real git, real DVC, an interpreter without packages.

Each stage notes its name in the file that $RUNS names, so that a test can say what really ran. The registry is the fake of
`tests/fakes/registry.py`; the toy serves nothing, so nothing is packaged.
"""

import json
from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests import repositories
from tests.fakes.progress import HeardProgress
from tests.fakes.registry import BookRegistry
from tests.repositories import Clone
from windlass.cli import wiring
from windlass.engine import lockfile, resolve
from windlass.flows import load, lock, train
from windlass.flows.training.champions import Champions
from windlass.model.candidate import Candidate
from windlass.model.release import Release
from windlass.ports import Ports

SLUG = "shop/price"
MODEL = "specs/shop/price/model.yaml"
NOTE = "import json, os, pathlib\nwith open(os.environ['RUNS'], 'a') as runs: runs.write('{}\\n')\n"

FILES = {
    ".gitignore": ".windlass/\n__pycache__/\n",
    "specs/shop/team.yaml": """\
apiVersion: windlass.dev/v1alpha1
kind: Team
metadata: {name: shop}
spec: {owners: [shop@example.org]}
""",
    "specs/shop/datasets/sales/dataset.yaml": """\
apiVersion: windlass.dev/v1alpha1
kind: Dataset
metadata: {name: sales, team: shop}
spec:
  source: {cmd: python collect.py, deps: [collect.py, till.txt], out: sales.csv}
  format: csv
  schema:
    minRows: 2
    columns:
      - {name: item, type: string, unique: true}
      - {name: price, type: number, min: 0}
  licence: CC0-1.0
  personalData: none
""",
    "specs/shop/datasets/sales/collect.py": NOTE.format("source")
    + "pathlib.Path('sales.csv').write_text('item,price\\n' + pathlib.Path('till.txt').read_text())\n",
    "specs/shop/datasets/sales/till.txt": "apple,1.5\npear,2\nplum,3\n",
    "specs/shop/datasets/sales/requirements.txt": "# nothing but Python\n",
    "specs/shop/price/requirements.txt": "# nothing but Python\n",
    MODEL: """\
apiVersion: windlass.dev/v1alpha1
kind: Model
metadata: {name: price, team: shop}
spec:
  modelFormat: {name: sklearn}
  data: [{name: till, dataset: sales}]
  tests: {cmd: python checks.py, deps: [checks.py]}
  pipeline:
    stages:
      - {name: tidy, cmd: python tidy.py, deps: [tidy.py, till, "käse und brot.txt"], outs: [tidy.json]}
      - {name: fit, cmd: python fit.py, deps: [fit.py, tidy.json], params: {factor: 2, deep: false}, outs: [model]}
      - name: score
        cmd: python score.py
        deps: [score.py, model]
        metrics: [{path: metrics.json, names: [f1], slices: [item]}]
  evaluation:
    gates: [{metric: f1, min: 0.5}]
""",
    "specs/shop/price/käse und brot.txt": "umlauts and spaces\n",
    "specs/shop/price/checks.py": NOTE.format("test") + "print('checked')\n",
    "specs/shop/price/tidy.py": NOTE.format("tidy")
    + "rows = pathlib.Path('../datasets/sales/sales.csv').read_text().splitlines()[1:]\n"
    + "pathlib.Path('tidy.json').write_text(json.dumps([float(row.split(',')[1]) for row in rows]))\n",
    "specs/shop/price/fit.py": NOTE.format("fit")
    + "params = json.loads(pathlib.Path('params.json').read_text())\n"
    + "rows = json.loads(pathlib.Path('tidy.json').read_text())\n"
    + "os.makedirs('model/part')\n"
    + "pathlib.Path('model/model.skops').write_text(json.dumps({'mean': sum(rows) / len(rows) * params['factor']}))\n"
    + "pathlib.Path('model/part/note.txt').write_text('a folder in a folder')\n",
    "specs/shop/price/score.py": NOTE.format("score")
    + "mean = json.loads(pathlib.Path('model/model.skops').read_text())['mean']\n"
    + "f1 = min(1.0, mean / 8)\n"
    + "told = {'f1': f1, 'slices': {'item': {'apple': {'f1': f1}, 'plum': {'f1': 1.0}}}}\n"
    + "pathlib.Path('metrics.json').write_text(json.dumps(told))\n",
}
FIRST = ["source", "tidy", "fit", "score", "test"]


class Shop:
    """One clone with the toy model in it. ``at`` is what happens at named points of a training, mostly a kill."""

    def __init__(self, clone: Clone, runs: Path, at: Mapping[str, Callable[[], None]] | None = None) -> None:
        self.clone = clone
        self.runs_file = runs
        self.at = at
        self.book = BookRegistry()
        self.said = HeardProgress(at)

    @property
    def ports(self) -> Ports:
        made = wiring.ports(Namespace(directory=self.clone.folder, verbose=False))
        from windlass.adapters.dvc_runner import DvcRunner

        def runner(work: Path, cache: Path) -> DvcRunner:
            return DvcRunner(work, cache, self.said)

        return replace(made, registry=self.book, progress=self.said, runner=runner)

    def lock(self) -> tuple[lock.Locked, ...]:
        ports = self.ports
        return lock.lock(ports, load.require(ports, generated=False))

    def train(self, environment: str = "local", champion: Release | None = None) -> Candidate:
        """One `windlass train`, with a progress of its own in `said`."""
        self.said = HeardProgress(self.at)
        ports = self.ports
        project = load.require(ports)
        where = resolve.environment(project, environment, rehearse=environment != "local")
        return train.train(ports, project, project.models[SLUG], where, Champions(champion))

    def change(self, path: str, before: str, after: str) -> None:
        """Edit a file of the repository, and render what hangs on it."""
        place = self.clone.folder / path
        text = place.read_text()
        assert before in text
        place.write_text(text.replace(before, after))
        self.lock()

    def ran(self) -> list[str]:
        """The stages that ran since the last call."""
        names = self.runs_file.read_text().split() if self.runs_file.exists() else []
        self.runs_file.unlink(missing_ok=True)
        return names

    def outcomes(self) -> dict[str, str]:
        return {step: outcome for step, outcome, _ in self.said.steps}

    def records(self, kind: str) -> list[dict]:
        store = self.ports.store("local")
        return [json.loads(store.record(name)) for name in store.records(kind)]


def new(folder: Path, runs: Path) -> Shop:
    """A committed repository with the toy model, locked and rendered."""
    clone = repositories.new(folder)
    clone.write(FILES)
    for part in ("datasets/sales", "price"):
        asked = FILES[f"specs/shop/{part}/requirements.txt"].encode()
        clone.write({f"specs/shop/{part}/requirements.lock": lockfile.assemble(asked, b"")})
    made = Shop(clone, runs)
    made.lock()
    clone.commit("the shop")
    return made
