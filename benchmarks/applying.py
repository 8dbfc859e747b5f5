"""What it costs to plan and apply a thousand objects: against `kubectl apply --server-side`, on a real API server, in the same run.

`make bench-cluster` prints the table of docs/benchmarks/cluster.md. Windlass reads the repository, validates, renders, asks the
server of every object before it writes the first one, keeps an inventory and a lease, and waits until all works; kubectl is given
the rendered files and writes them. CPU is the client's own.
"""

import argparse
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks.measure import Run, once  # noqa: E402
from tests.cluster import binaries, crds, server  # noqa: E402
from tests.cluster.client import Client  # noqa: E402
from tests.cluster.controllers import Controllers  # noqa: E402

from benchmarks import fleet  # noqa: E402 -- found from the root
from windlass.adapters import stores  # noqa: E402

WINDLASS = str(Path(sys.executable).parent / "windlass")
OBJECTS = 9
QUIET = {f"GIT_{who}_{what}": "bench@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: staging}}
spec:
  target: {{kind: kubernetes, namespace: "{prefix}-{{team}}", home: {prefix}-home, context: admin}}
  store: {{uri: "{store}"}}
  backends: {{monitoring: prometheus}}
  network: {{ingressFrom: [monitoring]}}
  images:
    runtime: registry.example/windlass-runtime@sha256:{one}
    step: registry.example/windlass-step@sha256:{two}
  promotesFrom: dev
  promotion: {{approvals: 0}}
  guards: {{maxDeletePercent: 100}}
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=int, default=111)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    os.environ.update(QUIET)
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as folder:
        place = Path(folder)
        repository = _repository(place, given.models)
        (place / "server").mkdir()
        with server.running(binaries.find(), place / "server") as running:
            os.environ["KUBECONFIG"] = str(running.kubeconfig)
            admin = running.client("admin")
            crds.install(admin)
            ready = multiprocessing.get_context("spawn").Process(target=_get_ready, args=(admin,), daemon=True)
            ready.start()
            turns = [_turn(repository, place, admin, number) for number in range(given.runs)]
            ready.kill()
    _print(turns, given.models * OBJECTS)


def _repository(place: Path, models: int) -> Path:
    repository = place / "repository"
    fleet.write(repository, models)
    shutil.rmtree(repository / "environments/prod")
    store = stores.at((place / "store").as_uri())
    for number in range(models):
        slug = f"team-{number // fleet.TEAM_SIZE:03}/model-{number:05}"
        for content in fleet.pinned(slug):
            store.put(content)
    return repository


def _turn(repository: Path, place: Path, admin: Client, number: int) -> dict[str, Run]:
    """Everything once, into namespaces of its own."""
    prefix = f"w{number}"
    text = ENVIRONMENT.format(prefix=prefix, store=(place / "store").as_uri(), one="1" * 64, two="2" * 64)
    (repository / "environments/staging/environment.yaml").write_text(text)
    for words in (["add", "-A"], ["commit", "-qm", prefix]):
        subprocess.run(["git", *words], cwd=repository, check=True)
    rendered = place / f"rendered-{number}"
    subprocess.run(
        [WINDLASS, "render", "staging", "--out", str(rendered)], cwd=repository, check=True, capture_output=True
    )
    theirs = _renamed(rendered, place / f"theirs-{number}", prefix, f"k{number}")
    tuned = _renamed(rendered, place / f"tuned-{number}", prefix, f"t{number}")
    stream = place / f"tuned-{number}.yaml"
    stream.write_text("---\n".join(path.read_text() for path in sorted(tuned.rglob("*.yaml"))))
    for team in sorted(path.name for path in rendered.iterdir() if path.is_dir()):
        for name in (team, team.replace(prefix, f"k{number}", 1), team.replace(prefix, f"t{number}", 1)):
            admin.request("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    kubectl = ["kubectl", "apply", "--server-side", "-R", "-f", str(theirs)]
    apply, plan = [WINDLASS, "apply", "staging", "--yes"], [WINDLASS, "plan", "staging"]
    return {
        "kubectl, first": once(kubectl, repository),
        "kubectl, first, one stream, no validation": once(
            ["kubectl", "apply", "--server-side", "--validate=false", "-f", str(stream)], repository
        ),
        "windlass apply, first": once(apply, repository),
        "kubectl, again": once(kubectl, repository),
        "windlass plan, nothing to do": once(plan, repository),
        "windlass apply, nothing to do": once(apply, repository),
        "kubectl diff, nothing to do": once(["kubectl", "diff", "--server-side", "-R", "-f", str(theirs)], repository),
    }


def _renamed(rendered: Path, theirs: Path, before: str, after: str) -> Path:
    """The same objects for other namespaces."""
    for path in rendered.rglob("*.yaml"):
        to = theirs / path.relative_to(rendered).as_posix().replace(before, after, 1)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_text(path.read_text().replace(f"namespace: {before}-", f"namespace: {after}-"))
    return theirs


def _get_ready(admin: Client) -> None:
    with Controllers(admin, ""):
        threading.Event().wait()


def _print(turns: Sequence[dict[str, Run]], objects: int) -> None:
    base = {name: statistics.median(turn[name].cpu for turn in turns) for name in turns[0]}
    print(f"{objects} objects, medians of {len(turns)}\n")
    print("| | CPU s | wall s | of kubectl's first |\n| --- | ---: | ---: | ---: |")
    for name, cpu in base.items():
        wall = statistics.median(turn[name].wall for turn in turns)
        print(f"| {name} | {cpu:.2f} | {wall:.2f} | {cpu / base['kubectl, first']:.2f} x |")


if __name__ == "__main__":
    main()
