"""A repository of N models in three environments, for the compiler's benchmark: specs, code, locks and sealed releases.

Every model serves from nine objects in each environment (account, configuration, deployment, service, network policy,
disruption budget, service monitor, rules, dashboard). All of it is written by Windlass's own functions, so that `validate`
finds nothing; nothing was trained: the digests are of made-up content.
"""

import argparse
import subprocess
from collections.abc import Iterator
from pathlib import Path

from windlass.engine import generated, resolve
from windlass.engine import release as releases
from windlass.engine.lower import pipeline
from windlass.engine.parse import parse
from windlass.engine.validate import read
from windlass.model import digests, layout
from windlass.model.candidate import BentoPin, DataPin, ModelPin
from windlass.model.release import Evidence, Pin, PromotedFrom, ReleaseSource
from windlass.model.specs.environment import LOCAL

ENVIRONMENTS = ("dev", "staging", "prod")
TEAM_SIZE = 50
ROOT = Path(__file__).resolve().parent.parent

TEAM = """\
apiVersion: windlass.dev/v1alpha1
kind: Team
metadata: {{name: {team}}}
spec:
  owners: [{team}@example.org]
"""
DATASET = """\
apiVersion: windlass.dev/v1alpha1
kind: Dataset
metadata: {{name: events, team: {team}}}
spec:
  source: {{cmd: python collect.py, deps: [collect.py], out: events.csv}}
  format: csv
  schema:
    columns:
      - {{name: amount, type: number}}
      - {{name: channel, type: string}}
      - {{name: label, type: integer}}
  licence: CC-BY-4.0
  personalData: none
"""
MODEL = """\
apiVersion: windlass.dev/v1alpha1
kind: Model
metadata: {{name: {name}, team: {team}, labels: {{tier: {tier}}}}}
spec:
  task: classification
  modelFormat: {{name: sklearn}}
  data:
    - {{name: events, dataset: events}}
  pipeline:
    requirements: requirements.txt
    model: model
    stages:
      - name: train
        cmd: python train.py
        deps: [train.py, events]
        params: {{learning_rate: {rate}, max_depth: {depth}}}
        outs: [model, scores.csv]
        resources: {{cpu: "2", memory: 2Gi}}
      - name: evaluate
        cmd: python evaluate.py
        deps: [evaluate.py, scores.csv]
        metrics:
          - {{path: metrics.json, names: [f1, recall], slices: [channel]}}
  evaluation:
    gates:
      - {{metric: f1, min: 0.8}}
      - {{metric: recall, min: 0.6}}
      - {{metric: f1, baseline: champion, minRelativeChange: -0.02}}
  registry: {{name: {team}-{name}}}
  serving:
    minReplicas: {replicas}
    maxReplicas: {replicas}
    resources: {{cpu: {cpu}m, memory: 512Mi}}
    input:
      amount: {{type: number, minimum: 0, maximum: 100000, description: in euros}}
      channel: {{type: string, enum: [card, transfer, wallet]}}
      hour: {{type: integer, minimum: 0, maximum: 23}}
    output:
      label: {{type: integer, method: predict}}
      score: {{type: number, method: decision_function}}
  monitoring:
    slo: {{availability: 99.9}}
  governance:
    riskClass: limited
    owners: [{team}@example.org]
    intendedUse: intended-use.md
"""
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: {name}}}
spec:
  target: {{kind: kubernetes, namespace: "ml-{{team}}-{name}"}}
  store: {{uri: s3://ml-{name}, secretRef: {{name: store}}}}
  backends: {{monitoring: prometheus}}
  network: {{ingressFrom: [monitoring]}}
  images:
    runtime: registry.example/windlass-runtime@sha256:{one}
    step: registry.example/windlass-step@sha256:{two}
  {chain}
"""
OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: front}
spec:
  for: {selector: {tier: front}}
  patch: {serving: {minReplicas: 4, maxReplicas: 4}}
"""


def fleet(count: int) -> Iterator[tuple[str, bytes]]:
    """Every file of the repository, releases included."""
    before = ""
    for name in ENVIRONMENTS:
        chain = f"promotesFrom: {before}" if before else "promotion: {approvals: 0}"
        text = ENVIRONMENT.format(name=name, chain=chain, one="1" * 64, two="2" * 64)
        yield f"environments/{name}/environment.yaml", text.encode()
        before = name
    yield "environments/prod/overlays/front.yaml", OVERLAY.encode()
    for path in sorted((ROOT / "environments/policies").iterdir()):
        yield f"environments/policies/{path.name}", path.read_bytes()
    for number in range(count):
        team, name = f"team-{number // TEAM_SIZE:03}", f"model-{number:05}"
        if number % TEAM_SIZE == 0:
            yield from team_files(team)
        yield from model_files(team, name, _model(team, name, number))


def team_files(team: str) -> Iterator[tuple[str, bytes]]:
    """A team and its dataset `events`."""
    folder = f"specs/{team}"
    files = {f"{folder}/team.yaml": TEAM.format(team=team).encode()}
    data = f"{folder}/datasets/events"
    files[f"{data}/dataset.yaml"] = DATASET.format(team=team).encode()
    files[f"{data}/collect.py"] = b"open('events.csv', 'w').write('amount,channel,label\\n1.0,card,0\\n')\n"
    yield from files.items()
    yield from _locked(data)
    (dataset,) = read(files).meant.datasets.values()
    local = resolve.environment(read({}).project, LOCAL, rehearse=False)
    yield from generated.files(pipeline.source(dataset, local), _templates()).items()


def _model(team: str, name: str, number: int) -> bytes:
    return MODEL.format(
        team=team,
        name=name,
        tier="front" if number % 10 == 0 else "back",
        rate=round(0.01 + number % 17 / 100, 2),
        depth=3 + number % 9,
        replicas=2 + number % 3,
        cpu=250 + number % 7 * 50,
    ).encode()


def model_files(team: str, name: str, text: bytes) -> Iterator[tuple[str, bytes]]:
    """A model with its code and locks, and a release of it in each environment."""
    folder = f"specs/{team}/{name}"
    yield f"{folder}/model.yaml", text
    yield f"{folder}/train.py", f"print('train {name}')\n".encode()
    yield f"{folder}/evaluate.py", b"print('evaluate')\n"
    yield f"{folder}/intended-use.md", b"# Intended use\n\nA benchmark.\n"
    yield from _locked(folder)
    known = {"specs/x/team.yaml": b"", f"{folder}/model.yaml": text}
    team_files = {f"specs/{team}/datasets/events/dataset.yaml": DATASET.format(team=team).encode()}
    project = read({**known, **team_files}).meant
    local = resolve.environment(project, LOCAL, rehearse=False)
    (model,) = project.models.values()
    yield from generated.files(pipeline.pipeline(model, project, local), _templates()).items()
    yield from _releases(team, name, text)


def pinned(slug: str) -> tuple[bytes, bytes]:
    """The content whose digests a model's releases pin: its model's, and its bento's where it serves."""
    return slug.encode(), f"bento {slug}".encode()


def _releases(team: str, name: str, text: bytes) -> Iterator[tuple[str, bytes]]:
    slug = f"{team}/{name}"
    source = parse("model.yaml", text).source
    assert source is not None
    md5, sha = "d41d8cd98f00b204e9800998ecf8427e", digests.of_bytes(b"")
    model, served = map(digests.of_bytes, pinned(slug))
    bento = served if "serving" in source.value["spec"] else None
    pin = Pin(
        model=ModelPin(registry=f"{team}-{name}", digest=model, format="sklearn-skops"),
        bento=BentoPin(tag=f"{team}-{name}:{bento[7:15]}", digest=bento) if bento else None,
        inputs=digests.of_bytes(f"inputs {slug}".encode()),
        data=(DataPin(name="events", dataset=f"{team}/events", md5=md5, sha256=sha, licence="CC-BY-4.0"),),
        spec=releases.spec_digest(source.value),
    )
    before = None
    for environment in ENVIRONMENTS:
        promoted = PromotedFrom(environment=before, release=pin.digest) if before else None
        drafted = releases.draft(
            slug,
            pin,
            None,
            ReleaseSource(commit="0" * 40),
            version="1",
            metrics={"f1": 0.9, "recall": 0.8, "slices": {"channel": {"card": {"f1": 0.9}}}},
            promoted_from=promoted,
        )
        proof = Evidence(
            environment=environment,
            team=team,
            model_name=name,
            release=pin.digest,
            movement="promote" if before else "release",
            render_digest=digests.of_bytes(b"rendered"),
            approvals_needed=0,
            metrics={"f1": 0.9, "recall": 0.8},
            tool="0",
        )
        made = releases.render_files(drafted, proof, text)
        folder = layout.release_folder(environment, slug)
        yield from ((f"{folder}/{part}", data) for part, data in made.items())
        before = environment


def _locked(folder: str) -> Iterator[tuple[str, bytes]]:
    yield f"{folder}/requirements.txt", (ROOT / "specs/vision/digits/requirements.txt").read_bytes()
    yield f"{folder}/requirements.lock", (ROOT / "specs/vision/digits/requirements.lock").read_bytes()


def _templates() -> dict[str, str]:
    folder = ROOT / "templates/pipelines/dvc"
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def write(folder: Path, count: int) -> None:
    """The repository on disk, with everything in one commit."""
    for path, data in fleet(count):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-qm", "a fleet"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    given = parser.parse_args()
    write(given.folder, given.count)
