"""A repository that is rendered team by team becomes what it becomes as a whole, and a second time what it becomes in an empty
folder: the same bytes, the same findings."""

import json
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import fleet
from tests import fleets
from windlass.adapters import survey
from windlass.adapters.hands import ForkedHands
from windlass.adapters.rendered import PART, RenderedFolder
from windlass.cli import wiring
from windlass.cli.main import main
from windlass.flows.rendering import fleet as rendering
from windlass.flows.rendering import render, standing
from windlass.flows.rendering.fleet import Asked, Surroundings
from windlass.model.candidate import DataPin
from windlass.model.failure import Failure
from windlass.ports import Ports

CHAIN = ("dev", "staging", "prod")
A, B = "team-000", "team-001"


AROUND = Surroundings(survey, ForkedHands(1))


class Repository:
    """A fleet of a few teams of two models each."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def ports(self) -> Ports:
        return wiring.ports(Namespace(directory=str(self.root), verbose=False))

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_text()
        assert old in text, f"`{old}` is not in {path}"
        (self.root / path).write_text(text.replace(old, new))

    def commit(self) -> None:
        for words in (["add", "-A"], ["commit", "-qm", "more"]):
            subprocess.run(["git", *words], cwd=self.root, check=True, capture_output=True)

    def shown(self, *environments: str) -> object:
        """Every file, or what is found, each finding by itself."""
        try:
            return render.shown(self.ports(), AROUND, Asked(environments))
        except Failure as failure:
            return failure.exit, sorted(map(repr, failure.diagnostics))

    def into(self, folder: Path, *environments: str) -> render.Shown:
        ports = self.ports()
        return render.into(ports, AROUND, Asked(environments), RenderedFolder(folder, ports.root), str(folder))

    def fresh(self, *environments: str) -> dict[str, bytes]:
        """What an empty folder becomes."""
        folder = self.root.parent / "fresh"
        shutil.rmtree(folder, ignore_errors=True)
        self.into(folder, *environments)
        return tree(folder)


def tree(folder: Path) -> dict[str, bytes]:
    """Everything in a folder: files by what they hold, links and empty folders too."""
    found: dict[str, bytes] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = b"a link"
        elif path.is_dir():
            found |= {} if any(path.iterdir()) else {name: b"nothing in it"}
        else:
            found[name] = path.read_bytes() if path.is_file() else b"something else"
    return found


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fleets.grown(tmp_path_factory.mktemp("fleet") / "repo", teams=2, models=2)


@pytest.fixture
def repository(grown: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    fleets.by_ada(monkeypatch)
    shutil.copytree(grown, tmp_path / "repo", symlinks=True)
    return Repository(tmp_path / "repo")


def model(number: int) -> str:
    return f"specs/team-{number // 2:03}/model-{number:05}/model.yaml"


OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {{name: {name}}}
spec:
  for: {{{chosen}}}
  patch: {{{patch}}}
"""
POLICY = """\
apiVersion: windlass.dev/v1alpha1
kind: Policy
metadata: {{name: mine}}
spec:
  subject: {subject}
  severity: {severity}
  validations:
    - {{expression: "{expression}", message: it is not so}}
  exemptions:
    - {{subjects: [{subjects}], until: "2999-01-01", owner: ada@example.org, reason: a test}}
"""


def laid(name: str, chosen: str, patch: str = "serving: {minReplicas: 1, maxReplicas: 7}") -> str:
    return OVERLAY.format(name=name, chosen=chosen, patch=patch)


def policy(
    expression: str, subjects: str = f"{B}/model-00003", subject: str = "manifest", severity: str = "error"
) -> str:
    return POLICY.format(expression=expression, subjects=subjects, subject=subject, severity=severity)


CHANGES: dict[str, Callable[[Repository], None]] = {
    "nothing": lambda _: None,
    "a misspelled key": lambda it: it.edit(model(0), "task:", "taks:"),
    "broken YAML": lambda it: it.write(model(3), "a: [b\n"),
    "an empty file": lambda it: it.write(model(3), ""),
    "no text": lambda it: (it.root / model(3)).write_bytes(b"\xff\xfe"),
    "a file too large": lambda it: it.write(model(3), "# " + "x" * (1 << 20) + "\n"),
    "a link": lambda it: ((it.root / model(3)).unlink(), (it.root / model(3)).symlink_to(it.root / model(0))),
    "a folder that is a link": lambda it: (
        shutil.move(it.root / "specs" / B, it.root / "elsewhere"),
        (it.root / "specs" / B).symlink_to("../elsewhere"),
    ),
    "releases that are a link": lambda it: (
        shutil.move(it.root / "environments/dev/releases", it.root / "elsewhere"),
        (it.root / "environments/dev/releases").symlink_to("../../elsewhere"),
    ),
    "releases of a team that are a link": lambda it: (
        shutil.move(it.root / "environments/dev/releases" / B, it.root / "elsewhere"),
        (it.root / "environments/dev/releases" / B).symlink_to("../../../elsewhere"),
    ),
    "a file among releases": lambda it: it.write("environments/dev/releases/stray.yaml", "a: 1\n"),
    "names that clash": lambda it: (
        it.edit(model(0), "name: model-00000, team", "name: b-c, team"),
        shutil.move(it.root / "specs" / A / "model-00000", it.root / "specs" / A / "b-c"),
        shutil.copytree(it.root / "specs" / A, it.root / f"specs/{A}-b"),
        *(shutil.rmtree(it.root / f"specs/{A}-b" / name) for name in ("model-00001", "datasets")),
        shutil.move(it.root / f"specs/{A}-b/b-c", it.root / f"specs/{A}-b/c"),
        it.write(f"specs/{A}-b/team.yaml", fleet.TEAM.format(team=f"{A}-b")),
        it.edit(f"specs/{A}-b/c/model.yaml", f"name: b-c, team: {A}", f"name: c, team: {A}-b"),
        it.edit(f"specs/{A}-b/c/model.yaml", "dataset: events", f"dataset: {A}/events"),
    ),
    "one registered name": lambda it: it.edit(model(2), f"name: {B}-model-00002", f"name: {A}-model-00000"),
    "one registered name, and a mistake": lambda it: (
        CHANGES["one registered name"](it), it.edit(model(0), "task:", "taks:"),
    ),
    "a dataset of others": lambda it: it.edit(model(0), "dataset: events", f"dataset: {B}/events"),
    "a dataset that others do not have": lambda it: it.edit(model(0), "dataset: events", f"dataset: {B}/nothing"),
    "a broken dataset of others": lambda it: (
        CHANGES["a dataset of others"](it), it.edit(f"specs/{B}/datasets/events/dataset.yaml", "format: csv", "format: cvs"),
    ),
    "a dataset of others with a missing file": lambda it: (
        CHANGES["a dataset of others"](it), (it.root / f"specs/{B}/datasets/events/collect.py").unlink(),
    ),
    "a dataset gone that others read": lambda it: (
        CHANGES["a dataset of others"](it), shutil.rmtree(it.root / f"specs/{B}/datasets"),
    ),
    "a dep of others": lambda it: it.edit(
        model(0), "[train.py, events]", f"[train.py, events, ../../{B}/model-00002/train.py]"
    ),
    "an out of others as a dep": lambda it: it.edit(
        model(0), "[train.py, events]", f"[train.py, events, ../../{B}/model-00002/scores.csv]"
    ),
    "an overlay for nobody": lambda it: it.write("environments/dev/overlays/x.yaml", laid("x", "selector: {tier: none}")),
    "an overlay for one team": lambda it: it.write("environments/dev/overlays/x.yaml", laid("x", f"team: {B}")),
    "an overlay for no team": lambda it: it.write("environments/dev/overlays/x.yaml", laid("x", "team: nobody")),
    "an overlay for no model": lambda it: it.write("environments/prod/overlays/x.yaml", laid("x", f"model: {A}/none")),
    "an overlay for no stage": lambda it: it.write(
        "environments/dev/overlays/x.yaml",
        laid("x", f"model: {B}/model-00003", "pipeline: {stages: [{name: none, resources: {cpu: '4'}}]}"),
    ),
    "an overlay that clashes": lambda it: [
        it.write(f"environments/{name}/overlays/{x}.yaml", laid(x, "selector: {tier: back}")) for name in CHAIN for x in "xy"
    ],
    "an overlay that does not fit": lambda it: it.write(
        "environments/prod/overlays/x.yaml", laid("x", "selector: {tier: back}", "serving: {minReplicas: many}")
    ),
    "a policy that refuses": lambda it: it.write(
        "environments/policies/mine.yaml", policy("!has(object.spec) || !has(object.spec.replicas) || object.spec.replicas != 3")
    ),
    "a policy that warns": lambda it: it.write(
        "environments/policies/mine.yaml", policy("object.kind != 'Service'", severity="warning")
    ),
    "a policy that refuses names": lambda it: it.write(
        "environments/policies/mine.yaml", policy("!object.metadata.name.endsWith('2') && !object.metadata.name.endsWith('3')")
    ),
    "a policy that exempts nobody": lambda it: it.write(
        "environments/policies/mine.yaml", policy("true", subjects=f"{B}/none")
    ),
    "a policy over specs": lambda it: it.write(
        "environments/policies/mine.yaml", policy("model.spec.serving.minReplicas > 2", subject="model")
    ),
    "a policy over datasets": lambda it: it.write(
        "environments/policies/mine.yaml", policy("dataset.metadata.team == 'x'", subject="dataset", subjects=A)
    ),
    "a policy that is none": lambda it: it.write("environments/policies/mine.yaml", policy("object.")),
    "an exemption that has ended": lambda it: (
        it.write("environments/policies/mine.yaml", policy("true")),
        it.edit("environments/policies/mine.yaml", "2999-01-01", "2001-01-01"),
    ),
    "no team.yaml": lambda it: (it.root / f"specs/{B}/team.yaml").unlink(),
    "a broken team.yaml": lambda it: it.edit(f"specs/{B}/team.yaml", "owners", "ownres"),
    "a quota": lambda it: it.edit(f"specs/{B}/team.yaml", "spec:\n", "spec:\n  quota: {replicas: 3}\n"),
    "a team without specs": lambda it: shutil.rmtree(it.root / "specs" / B),
    "a team at HEAD alone": lambda it: (
        shutil.rmtree(it.root / "specs" / B),
        *(shutil.rmtree(it.root / f"environments/{name}/releases/{B}") for name in CHAIN),
    ),
    "a release that does not verify": lambda it: (
        it.edit(f"environments/prod/releases/{B}/model-00003/release.yaml", "f1: 0.9", "f1: 0.8"), it.commit(),
    ),
    "two releases that do not verify": lambda it: (
        it.edit(f"environments/dev/releases/{B}/model-00003/release.yaml", "f1: 0.9", "f1: 0.8"),
        it.edit(f"environments/dev/releases/{B}/model-00002/release.yaml", "f1: 0.9", "f1: 0.8"), it.commit(),
    ),
    "a broken environment": lambda it: it.edit("environments/prod/environment.yaml", "ingressFrom", "ingresFrom"),
    "a broken environment before": lambda it: it.edit("environments/dev/environment.yaml", "ingressFrom", "ingresFrom"),
    "no such environment": lambda it: shutil.rmtree(it.root / "environments/dev"),
    "an environment that nobody declares": lambda it: shutil.copytree(
        it.root / "environments/dev/releases", it.root / "environments/qa/releases"
    ),
    "one namespace": lambda it: it.edit("environments/dev/environment.yaml", "ml-{team}-dev", "ml-dev"),
    "one namespace for two": lambda it: it.edit("environments/dev/environment.yaml", "ml-{team}-dev", "ml-{team}-prod"),
    "a folder for each team": lambda it: [
        it.edit(f"environments/{name}/environment.yaml", "{monitoring: prometheus}", "{monitoring: prometheus, tenancy: namespace}")
        for name in CHAIN
    ],
    "Argo": lambda it: it.edit("environments/dev/environment.yaml", "{monitoring: prometheus}", "{pipelines: argo}"),
    "a misplaced model": lambda it: shutil.copytree(it.root / f"specs/{A}/model-00000", it.root / f"specs/{A}/model-00001/deeper"),
    "a model of two names": lambda it: it.edit(model(1), "name: model-00001,", "name: model-00000,"),
    "a file beside": lambda it: (it.write("specs/stray.yaml", "a: 1\n"), it.write("environments/stray.yaml", "a: 1\n")),
    "leftovers": lambda it: it.write(f"specs/{A}/model-00000/model.yaml.orig", "a: 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_parts_become_what_the_whole_becomes(
    change: Callable, repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(repository)
    asked = [("dev",), ("staging",), CHAIN]
    apart = [repository.shown(*one) for one in asked]
    monkeypatch.setattr(rendering, "together", lambda _: True)
    whole = [repository.shown(*one) for one in asked]
    for environments, one, other in zip(asked, apart, whole, strict=True):
        assert one == other, environments


BACKEND = """\
axis: logging
name: mine
workload: LogStream
target: files
documents:
  - {path: "[= name =].txt", template: out.j2}
"""


def released(repository: Repository, number: int) -> None:
    for name in CHAIN:
        shutil.rmtree(repository.root / f"environments/{name}/releases/team-{number // 2:03}/model-{number:05}")
    repository.commit()


BETWEEN: dict[str, Callable[[Repository, Path], object]] = {
    "nothing": lambda it, out: None,
    "a spec": lambda it, out: it.edit(model(0), "minReplicas: 2", "minReplicas: 1"),
    "code": lambda it, out: it.write(f"specs/{A}/model-00000/train.py", "print('otherwise')\n"),
    "a team": lambda it, out: it.edit(f"specs/{A}/team.yaml", f"{A}@example.org", "others@example.org"),
    "a dataset": lambda it, out: it.edit(f"specs/{B}/datasets/events/dataset.yaml", "CC-BY-4.0", "CC0-1.0"),
    "an overlay": lambda it, out: it.write("environments/prod/overlays/x.yaml", laid("x", f"team: {B}")),
    "a policy": lambda it, out: it.write("environments/policies/mine.yaml", policy("true")),
    "an environment": lambda it, out: it.edit("environments/dev/environment.yaml", "s3://ml-dev", "s3://ml-other"),
    "HEAD": lambda it, out: released(it, 3),
    "a team gone": lambda it, out: (shutil.rmtree(it.root / "specs" / B), released(it, 2), released(it, 3)),
    "a team more": lambda it, out: it.write("specs/team-9/team.yaml", fleet.TEAM.format(team="team-9")),
    "a template": lambda it, out: shutil.copytree(
        fleet.ROOT / "templates/serving/bentoml", it.root / "templates/serving/bentoml"
    ) and it.edit("templates/serving/bentoml/service.yaml.j2", "kind: Service", "kind: Service # mine"),
    "a file edited": lambda it, out: edited(out / "dev/ml-team-000-dev/service-team-000-model-00000.yaml"),
    "a shared file edited": lambda it, out: edited(out / "dev/cluster/namespace-ml-team-000-dev.yaml"),
    "a file gone": lambda it, out: (out / "dev/ml-team-000-dev/service-team-000-model-00000.yaml").unlink(),
    "a file more": lambda it, out: (out / "dev/ml-team-000-dev/mine.yaml").write_text("mine"),
    "a shared file more": lambda it, out: (out / "dev/cluster/mine.yaml").write_text("mine"),
    "a file at the top": lambda it, out: (out / "mine.yaml").write_text("mine"),
    "a file in between": lambda it, out: (out / "dev/mine.yaml").write_text("mine"),
    "a file among a team's folders": lambda it, out: (out / "dev/specs/team-000/mine.yaml").write_text("mine"),
    "a file deep among them": lambda it, out: (
        (out / "dev/specs/team-000/mine/.mine").mkdir(parents=True),
        (out / "dev/specs/team-000/mine/.mine/mine.yaml").write_text("mine"),
    ),
    "a folder more": lambda it, out: (out / "dev/ml-team-000-dev/mine").mkdir(),
    "a hidden folder more": lambda it, out: (out / "dev/ml-team-000-dev/.mine").mkdir(),
    "a folder at the top": lambda it, out: (out / "qa/mine").mkdir(parents=True),
    "a folder that is a link": lambda it, out: (
        (out / "dev/ml-team-000-dev").rename(out.parent / "elsewhere"),
        (out / "dev/ml-team-000-dev").symlink_to(out.parent / "elsewhere"),
    ),
    "a kill": lambda it, out: ((out / PART / "dev").mkdir(parents=True), (out / PART / "dev/x").write_text("x")),
    "no memory": lambda it, out: shutil.rmtree(it.root / ".windlass/cache/render"),
    "half a memory": lambda it, out: each_memory(it, lambda data: data[: len(data) // 2]),
    "garbage for memory": lambda it, out: each_memory(it, lambda data: b"\x00\xff" * 99),
    "another memory": lambda it, out: each_memory(it, lambda data: data.replace(b"documents", b"documemts")),
    "no mark": lambda it, out: shutil.rmtree(out),
}  # fmt: skip


def edited(path: Path) -> None:
    """Other bytes of the same size, at the same time."""
    before = path.stat()
    path.write_bytes(b"#" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def each_memory(repository: Repository, change: Callable[[bytes], bytes]) -> None:
    for path in (repository.root / ".windlass/cache/render").iterdir():
        path.write_bytes(change(path.read_bytes()))


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was just written is old enough to be remembered."""
    monkeypatch.setattr(standing, "SETTLED_NS", -1_000_000_000)


def tenancy(repository: Repository) -> None:
    CHANGES["a folder for each team"](repository)


@pytest.mark.parametrize("between", BETWEEN.values(), ids=BETWEEN)
def test_a_second_time_is_like_the_first(
    between: Callable, repository: Repository, tmp_path: Path, settled: None
) -> None:
    tenancy(repository)
    out = tmp_path / "out"
    repository.into(out, *CHAIN)
    again = repository.into(out, *CHAIN)
    assert (again.rendered, again.parts) == (0, 2), "what has not changed is not rendered again"
    between(repository, out)
    told = repository.into(out, *CHAIN)
    wanted = repository.fresh(*CHAIN)
    assert tree(out) == wanted
    assert told.files == len(wanted) - 1
    assert repository.into(out, *CHAIN).rendered == 0
    assert tree(out) == wanted


def test_a_first_neighbour_is_noticed(repository: Repository, tmp_path: Path, settled: None) -> None:
    tenancy(repository)
    kept, out = tmp_path / "kept", tmp_path / "out"
    shutil.move(repository.root / "specs" / B, kept)
    for number in (2, 3):
        released(repository, number)
    for _ in range(2):
        repository.into(out, *CHAIN)  # whoever is alone looks after everything as a whole
    shutil.move(kept, repository.root / "specs" / B)
    assert repository.into(out, *CHAIN).rendered == 2
    assert tree(out) == repository.fresh(*CHAIN)
    edited(out / "dev/ml-team-000-dev/service-team-000-model-00000.yaml")
    assert repository.into(out, *CHAIN).rendered == 1
    assert tree(out) == repository.fresh(*CHAIN)


def test_environments_may_be_asked_for_in_any_order(repository: Repository, tmp_path: Path, settled: None) -> None:
    out = tmp_path / "out"
    for environments in (CHAIN, ("dev",), CHAIN[::-1], ("staging", "dev"), ("dev",), ("staging",), ("dev",)):
        repository.into(out, *environments)
        assert tree(out) == repository.fresh(*environments)


REFUSED = [name for name in CHANGES if name in (
    "a dataset that others do not have", "names that clash", "one registered name", "an overlay for no stage",
    "a policy that refuses names", "an overlay that clashes", "no team.yaml", "two releases that do not verify", "a link",
)]  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_nothing_is_written_where_anything_is_refused(
    name: str, repository: Repository, tmp_path: Path, settled: None
) -> None:
    out = tmp_path / "out"
    repository.into(out, *CHAIN)
    before = tree(out)
    CHANGES[name](repository)
    for _ in range(2):
        with pytest.raises(Failure) as caught:
            repository.into(out, *CHAIN)
        wanted = repository.shown(*CHAIN)
        assert (caught.value.exit, sorted(map(repr, caught.value.diagnostics))) == wanted
        assert tree(out) == before


def test_a_dataset_that_only_a_release_names_is_missed(
    repository: Repository, tmp_path: Path, settled: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    shutil.copytree(repository.root / f"specs/{B}/datasets/events", repository.root / f"specs/{B}/datasets/more")
    repository.edit(f"specs/{B}/datasets/more/dataset.yaml", "name: events", "name: more")
    monkeypatch.setattr(fleet, "DataPin", lambda **pin: DataPin(**pin | {"dataset": f"{B}/more"}))
    for path, data in fleet._releases(A, "model-00000", (repository.root / model(0)).read_text().encode()):
        repository.write(path, data.decode())
    repository.commit()
    repository.into(out, "prod")
    assert repository.into(out, "prod").rendered == 0
    shutil.rmtree(repository.root / f"specs/{B}/datasets/more")
    with pytest.raises(Failure) as caught:
        repository.into(out, "prod")
    assert [one.code for one in caught.value.diagnostics] == ["WL295"]


def test_files_at_the_top_are_kept_too(repository: Repository, tmp_path: Path, settled: None) -> None:
    repository.write("templates/logging/mine/backend.yaml", BACKEND)
    repository.write("templates/logging/mine/out.j2", "[= name =]\n")
    repository.edit("environments/dev/environment.yaml", "{monitoring: prometheus}", "{logging: mine}")
    for number in (0, 2):
        repository.edit(model(number), "  governance:", "  logging: {mode: request}\n  governance:")
    out = tmp_path / "out"
    for _ in range(3):
        repository.into(out, "dev")
        assert tree(out) == repository.fresh("dev")


def test_programs_are_told_in_json(repository: Repository, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["render", "dev", "-C", str(repository.root), "--output", "json", "--out", str(tmp_path / "out")]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out) == {"exitCode": 0, "files": 54, "teams": {"all": 2, "rendered": 2}}


def test_one_after_the_other_writes(repository: Repository, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "windlass", "render", *CHAIN, "--out", str(tmp_path / "out")]
    runs = [subprocess.Popen(words, cwd=repository.root, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [run.communicate()[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0], said
    assert tree(tmp_path / "out") == repository.fresh(*CHAIN)
