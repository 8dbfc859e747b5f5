"""What is rendered for Argo is played here, pod by pod, and makes what the laptop makes."""

import json
import os
import shutil
import uuid
from pathlib import Path
from typing import Any

import pytest

from tests.bucket import Server
from tests.e2e.cluster import FAILED, OMITTED, SKIPPED, SUCCEEDED, Cluster, Run
from tests.e2e.orchard import FIRST, FOLDER, MODEL, SLUG, Orchard
from tests.tracker import Door, Tracker
from tests.wheels import wheel
from windlass.adapters import stores
from windlass.adapters.interpreters import UvInterpreters
from windlass.engine import lockfile

pytestmark = pytest.mark.slow
ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {{name: dev}}
spec:
  target: {{kind: files, namespace: "ml-{{team}}-dev"}}
  store: {{uri: "{store}"}}
  images:
    runtime: registry.example/windlass-runtime@sha256:1111111111111111111111111111111111111111111111111111111111111111
    step: registry.example/windlass-step@sha256:2222222222222222222222222222222222222222222222222222222222222222
  backends: {{pipelines: argo}}
  {more}
"""
CLOCK = 'retraining: {schedule: {cron: "0 3 * * 1"}}\n'
STEPS = ["refresh", "check-harvest", "tidy", "fit", "score", "test", "gates", "register", "package"]


class Place:
    """A repository whose head trains in a cluster, and that cluster."""

    def __init__(self, orchard: Orchard, scratch: Path, uri: str = "", more: str = "") -> None:
        self.orchard = orchard
        self.scratch = scratch
        self.store: Any = stores.at(uri or (scratch / "the store").as_uri())
        text = ENVIRONMENT.format(store=self.store.uri, more=more)
        orchard.clone.commit("dev is a cluster", {"environments/dev/environment.yaml": text})

    def change(self, path: str, before: str, after: str) -> None:
        self.orchard.edit(path, before, after)
        self.orchard.clone.commit(f"change {path}")

    def cluster(self, cache: Path | None = None) -> Cluster:
        """What `upload` and `render` make of the commit that is checked out."""
        self.orchard.does("step", "upload", "dev", SLUG)
        shutil.rmtree(self.scratch / "rendered", ignore_errors=True)
        self.orchard.does("render", "dev", "--out", str(self.scratch / "rendered"))
        given = {name: value for name, value in self.orchard.surroundings().items() if not name.startswith("HOME")}
        # what an image and a node have: interpreters that were made before
        given["WINDLASS_CACHE"] = str(cache or UvInterpreters()._envs.parent)
        return Cluster(self.scratch / "rendered", self.scratch / f"pods-{os.urandom(4).hex()}", given)

    def trained(self) -> dict[str, Any]:
        """The candidate that the laptop makes, what it wrote committed."""
        told = json.loads(self.orchard.does("train", SLUG, "--output", "json").out)
        self.orchard.clone.commit("what was trained here")
        self.orchard.ran()
        return told["candidate"]

    def candidates(self) -> list[dict[str, Any]]:
        return [json.loads(self.store.record(name) or b"") for name in self.store.records("candidates")]


@pytest.fixture
def place(orchard: Orchard, tmp_path: Path) -> Place:
    return Place(orchard, tmp_path)


def phases(run: Run) -> dict[str, str]:
    return {name: node.phase for name, node in run.nodes.items() if name != "onExit"}


def well(run: Run) -> None:
    assert run.status == SUCCEEDED, run.told
    assert "Traceback" not in run.told


def test_pods_make_what_the_laptop_makes_and_a_second_run_trains_nothing(place: Place) -> None:
    here = place.trained()
    cluster = place.cluster()
    run = cluster.play()
    well(run)
    assert phases(run) == dict.fromkeys(STEPS, SUCCEEDED)
    assert place.orchard.ran() == ["tidy", "fit", "score", "test"]
    (there,) = place.candidates()
    own = {"commit", "dirty", "dvcLock", "stages", "startedAt", "finishedAt"}
    assert {key: value for key, value in there.items() if key not in own} == {
        key: value for key, value in here.items() if key not in own
    }
    assert place.store.get(there["dvcLock"]) == (place.orchard.folder / FOLDER / "dvc.lock").read_bytes()
    assert there["commit"] == place.orchard.clone.git("rev-parse", "HEAD")
    assert {one["name"] for one in there["stages"]} == {"tidy", "fit", "score", "test"}
    left = json.loads(run.outputs["candidate"])
    assert (left["inputs"], left["model"], left["bento"]) == (
        here["inputs"],
        here["model"]["digest"],
        here["bento"]["digest"],
    )
    assert set("".join(str(value) for value in left.values())) <= set("sha256:0123456789abcdef")
    place.store.verify_folder(left["bento"])
    ((report,),) = ([json.loads(place.store.record(name) or b"") for name in place.store.records("reports")],)
    assert report["status"] == SUCCEEDED

    again = cluster.play()
    well(again)
    assert phases(again) == {**dict.fromkeys(STEPS, SKIPPED), "refresh": SUCCEEDED, "package": SUCCEEDED}
    assert again.outputs == run.outputs
    assert place.orchard.ran() == []


def test_a_bucket_does_for_pods_what_a_folder_does(
    orchard: Orchard, tmp_path: Path, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    place = Place(orchard, tmp_path, f"{s3.bucket(f'a-{uuid.uuid4()}')}/ml/dev")
    here = place.trained()
    cluster = place.cluster()
    run = cluster.play()
    well(run)
    assert phases(run) == dict.fromkeys(STEPS, SUCCEEDED)
    assert "hush" not in run.told
    assert place.orchard.ran() == ["tidy", "fit", "score", "test"]
    (there,) = place.candidates()
    assert [there[key] for key in ("inputs", "model", "bento")] == [here[key] for key in ("inputs", "model", "bento")]
    assert (
        "left out    orchard-pear  no tracker is named, and no registry lies in a bucket" in run.nodes["register"].log
    )
    place.store.verify_folder(there["bento"]["digest"])
    again = cluster.play()
    well(again)
    assert phases(again)["fit"] == SKIPPED

    place.change(MODEL, "factor: 2", "factor: 3")
    run = place.cluster().play()
    well(run)
    assert place.orchard.ran() == ["fit", "score", "test"]
    assert "restored" in run.nodes["tidy"].log


def test_pods_register_in_the_tracker_that_their_environment_names(
    orchard: Orchard, tmp_path: Path, s3: Server, mlflow_server: Tracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    door, client = Door(mlflow_server.address), mlflow_server.client()
    mlflow_server.forget("orchard-pear")
    uri = f"{s3.bucket(f'a-{uuid.uuid4()}')}/ml/dev"
    place = Place(orchard, tmp_path, uri, f"tracking: {{uri: {door.address}}}")
    here = place.trained()
    run = place.cluster().play()
    assert (run.nodes["register"].exit, run.nodes["register"].attempts) == (5, 3), run.told
    assert "WL527" in run.nodes["register"].log
    assert phases(run)["package"] == OMITTED
    assert place.orchard.ran() == ["tidy", "fit", "score", "test"]
    assert client.search_registered_models("name = 'orchard-pear'") == []

    with door.open():
        run = place.cluster().play()
        well(run)
        assert place.orchard.ran() == [], "what was trained is kept"
        assert "version 1" in run.nodes["register"].log
        (version,) = client.search_model_versions("name = 'orchard-pear'")
        assert version.tags["windlass.model"] == here["model"]["digest"]
        assert version.tags["windlass.inputs"] == here["inputs"]
        told = client.get_run(version.run_id)
        assert told.info.status == "FINISHED"
        assert told.data.metrics == {"f1": 0.75}
        assert told.data.params == {key: str(value) for key, value in here["params"].items()}
    files = {file.path for file in client.list_logged_model_artifacts(version.source.removeprefix("models:/"))}
    assert {"MLmodel", "requirements.txt"} < files
    assert not list(tmp_path.glob("pods-*/**/mlflow.db")), "no pod has a registry of its own"


TUNING = """\
  tuning:
    objective: {metric: f1, direction: maximize}
    seed: 1
    maxTrials: 3
    parallelTrials: 2
    maxFailedTrials: 1
    parameters: [{name: factor, searchSpace: {categorical: {values: [2, 3, 4]}}}]
  evaluation:
"""
TRIALS = ["trial(0:1)", "trial(1:2)", "trial(2:3)"]


def tuned(place: Place) -> None:
    """A search for the factor: 3 is best, and 4 fails."""
    fit, score = place.orchard.folder / FOLDER / "fit.py", place.orchard.folder / FOLDER / "score.py"
    chosen = "factor = json.loads(pathlib.Path('best.json').read_text())['factor']\nassert factor != 4, 'too sweet'\n"
    fit.write_text(
        fit.read_text().replace("factor = json.loads(pathlib.Path('params.json').read_text())['factor']\n", chosen)
    )
    told = "import skops.io\nfactor = skops.io.load('model/model.skops').predict([[1, 0]])[0]\n"
    score.write_text(told + score.read_text().replace("len(rows) / 4", "len(rows) / 4 + (factor - 2) / 10"))
    place.change(MODEL, "  evaluation:\n", TUNING)
    place.orchard.does("lock")
    place.orchard.clone.commit("what is generated")


def test_a_search_is_a_pod_for_each_trial_and_ends_where_the_laptop_does(place: Place) -> None:
    tuned(place)
    here = place.trained()
    cluster = place.cluster()
    run = cluster.play()
    assert run.status == SUCCEEDED, run.told
    steps = [*STEPS, "trial", *TRIALS, "reduce"]
    assert phases(run) == dict.fromkeys(steps, SUCCEEDED)
    ran = place.orchard.ran()
    assert (ran[0], ran.count("fit"), ran.count("score")) == ("tidy", 4, 3), ran
    (there,) = place.candidates()
    own = {"commit", "dirty", "dvcLock", "stages", "startedAt", "finishedAt"}
    assert {key: value for key, value in there.items() if key not in own} == {
        key: value for key, value in here.items() if key not in own
    }
    assert there["params"] == {"factor": 3}
    assert there["metrics"] == {"f1": pytest.approx(0.85)}
    assert place.store.get(there["dvcLock"]) == (place.orchard.folder / FOLDER / "dvc.lock").read_bytes()
    assert {one["name"] for one in there["stages"]} == {"tidy", "tune", "fit", "score", "test"}

    place.change(MODEL, "seed: 1", "seed: 2")
    place.change(MODEL, "cmd: python fit.py", "cmd: python  fit.py")
    place.orchard.does("lock")
    place.orchard.clone.commit("another search")
    cluster = place.cluster()
    killed = cluster.play(kill={TRIALS[0]: "begin:trial", TRIALS[1]: "end:trial"})
    assert [killed.nodes[name].exit for name in (*TRIALS, "reduce")] == [-9, -9, 0, None]
    assert place.orchard.ran().count("score") == 1
    killed = cluster.play(kill={"reduce": "train.tune"})
    assert (killed.nodes["reduce"].exit, killed.nodes["fit"].phase) == (-9, OMITTED)
    ran = place.orchard.ran()
    assert (ran.count("fit"), ran.count("score")) == (2, 1), f"the killed trial, and the one that fails: {ran}"
    run = cluster.play()
    assert phases(run) == dict.fromkeys(steps, SUCCEEDED), run.told
    ran = place.orchard.ran()
    assert (ran.count("fit"), ran.count("score")) == (2, 0), (
        f"the one that fails; the best one's model is the same: {ran}"
    )


def test_trials_that_fail_are_results_until_more_fail_than_may(place: Place) -> None:
    tuned(place)
    place.change(MODEL, "maxFailedTrials: 1", "maxFailedTrials: 0")
    place.change(MODEL, "  evaluation:\n", f"  {CLOCK}  evaluation:\n")
    place.orchard.does("lock")
    place.orchard.clone.commit("what is generated")
    run = place.cluster().play("CronWorkflow")
    assert [run.nodes[name].phase for name in (*TRIALS, "reduce", "fit")] == [*[SUCCEEDED] * 3, FAILED, OMITTED], (
        run.told
    )
    assert "too sweet" in "".join(run.nodes[name].log for name in TRIALS)
    assert (run.nodes["reduce"].exit, "1 of 3 trials failed, 0 may" in run.nodes["reduce"].log) == (1, True), run.told
    assert [one["outcome"] for one in place.candidates()] == ["failed"]


LIVE = """
live = pathlib.Path(os.environ['RUNS'] + '.live')
if live.exists():
    pathlib.Path('crates.csv').write_text(live.read_text())
"""
"""A source that looks outside: nothing that is declared says whether there is something new."""


def test_the_clock_collects_first_and_unchanged_data_ends_it(place: Place) -> None:
    collect = place.orchard.folder / "specs/orchard/datasets/crates/collect.py"
    collect.write_text(collect.read_text() + LIVE)
    place.change(MODEL, "  evaluation:\n", f"  {CLOCK}  evaluation:\n")
    cluster = place.cluster()
    assert "Workflow" not in cluster.kinds, "nothing was ever collected, so no run has a name"
    first = cluster.play("CronWorkflow")
    well(first)
    assert place.orchard.ran() == FIRST
    (made,) = place.candidates()
    assert (made["outcome"], len(made["data"])) == ("passed", 1)

    second = cluster.play("CronWorkflow")
    well(second)
    assert place.orchard.ran() == ["source"]
    assert phases(second)["fit"] == SKIPPED
    assert second.outputs == first.outputs

    Path(f"{place.orchard.runs_file}.live").write_text("crate,weight\nA,1\nB,2\nC,3\nD,4\n")
    third = cluster.play("CronWorkflow")
    well(third)
    assert place.orchard.ran() == FIRST
    assert third.outputs != first.outputs
    data = {one["data"][0]["md5"]: one["data"][0]["rows"] for one in place.candidates()}
    assert sorted(data.values()) == [3, 4]
    for md5 in data:
        lock = place.store.get((place.store.record(f"data/orchard/crates/{md5}") or b"").decode())
        assert md5.encode() in lock

    Path(f"{place.orchard.runs_file}.live").write_text("crate,weight\nA,-1\nB,2\n")
    wrong = cluster.play("CronWorkflow")
    assert wrong.nodes["check-harvest"].exit == 1
    assert "WL510" in wrong.told
    assert "fit" not in place.orchard.ran()


def test_killed_steps_are_played_again_and_what_was_done_stays_done(place: Place) -> None:
    here = place.trained()
    cluster = place.cluster()
    ran = []
    for step, point in {
        "tidy": "begin:tidy",
        "fit": "train.fit",
        "gates": "train.gates",
        "register": "register.version",
        "package": "package.built",
    }.items():
        run = cluster.play(kill={step: point})
        assert (run.status, run.nodes[step].exit, run.nodes[step].attempts) == (FAILED, -9, 1), run.told
        ran += place.orchard.ran()
        assert place.candidates() == []
    run = cluster.play()
    well(run)
    assert ran + place.orchard.ran() == ["tidy", "fit", "score", "test"]
    (there,) = place.candidates()
    assert (there["model"], there["bento"], there["metrics"]) == (here["model"], here["bento"], here["metrics"])
    assert [len(list(place.store.path.rglob(name))) for name in ("mlflow.db",)] == [1]


def test_who_is_at_fault_decides_what_is_tried_again(place: Place) -> None:
    place.change(MODEL, "  evaluation:\n", f"  {CLOCK}  evaluation:\n")
    place.change(f"{FOLDER}/fit.py", "os.makedirs", "1 / 0\nos.makedirs")
    run = place.cluster().play("CronWorkflow")
    assert (run.status, run.nodes["fit"].exit, run.nodes["fit"].attempts) == (FAILED, 1, 1), run.told
    assert phases(run)["score"] == OMITTED
    assert "ZeroDivisionError" in run.nodes["fit"].log
    assert str(Path(__file__).parents[2] / "platform") not in run.told
    assert [(one["outcome"], one["stages"][0]["name"]) for one in place.candidates()] == [("failed", "tidy")]

    place.change(f"{FOLDER}/fit.py", "1 / 0\n", "")
    place.change(MODEL, "min: 0.5", "min: 0.9")
    cluster = place.cluster()
    run = cluster.play("CronWorkflow")
    assert (run.nodes["gates"].exit, run.nodes["gates"].attempts, phases(run)["register"]) == (4, 1, OMITTED), run.told
    assert "WL401" in run.told
    assert sorted(one["outcome"] for one in place.candidates()) == ["failed", "refused"]

    place.change(MODEL, "min: 0.9", "min: 0.5")
    place.orchard.ran()
    cluster = place.cluster()
    well(cluster.play("CronWorkflow"))
    assert place.orchard.ran() == ["source"], "another gate trains nothing"

    shutil.rmtree(place.store.path / "records/candidates")
    code = next(
        one["value"]
        for one in cluster.kinds["WorkflowTemplate"]["spec"]["arguments"]["parameters"]
        if one["name"] == "code"
    )
    file = json.loads(place.store.get(code))[f"{FOLDER}/fit.py"]
    blob = place.store._depot.path(file)
    good = blob.read_bytes()
    blob.unlink()
    run = cluster.play("CronWorkflow")
    assert (run.nodes["refresh"].exit, run.nodes["refresh"].attempts) == (5, 3), run.told
    assert "WL552" in run.told
    assert run.nodes["onExit"].exit == 0
    blob.write_bytes(good + b"# somebody's hand\n")
    run = cluster.play("CronWorkflow")
    assert (run.nodes["refresh"].exit, run.nodes["refresh"].attempts) == (4, 1), run.told
    assert "WL421" in run.told


def test_another_parameter_runs_only_what_reads_it_and_lost_results_are_made_again(place: Place) -> None:
    place.change(MODEL, "  evaluation:\n", f"  {CLOCK}  evaluation:\n")
    well(place.cluster().play("CronWorkflow"))
    assert place.orchard.ran() == FIRST
    place.change(MODEL, "factor: 2", "factor: 3")
    run = place.cluster().play("CronWorkflow")
    well(run)
    assert place.orchard.ran() == ["source", "fit", "score", "test"]
    assert "restored" in run.nodes["tidy"].log

    place.change(MODEL, "factor: 3", "factor: 4")
    files = place.store.path / "dvc/files/md5"
    lists = list(files.rglob("*.dir"))
    assert len(lists) == 2, "a model by each factor"
    for path in files.rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"[1.5"):  # what tidy wrote
            path.chmod(0o644)
            path.write_bytes(b"[]")
    run = place.cluster().play("CronWorkflow")
    well(run)
    assert place.orchard.ran() == ["source", "tidy", "fit", "score", "test"]
    assert place.candidates()[-1]["metrics"] == {"f1": 0.75}


def test_pods_install_the_wheels_of_a_lock_from_the_store_and_ask_no_index(place: Place, tmp_path: Path) -> None:
    part = "specs/orchard/datasets/crates"
    place.change(MODEL, "  evaluation:\n", f"  {CLOCK}  evaluation:\n")
    asked = "pears_by_hand==1.0\n"
    lock = lockfile.assemble(asked.encode(), wheel(tmp_path / "wheels", "pears_by_hand").encode())
    collect = (place.orchard.folder / part / "collect.py").read_text()
    files = {"requirements.txt": asked, "requirements.lock": lock, "collect.py": "import pears_by_hand\n" + collect}
    place.orchard.clone.commit("crates need pears", {f"{part}/{name}": text for name, text in files.items()})
    (tmp_path / "others").mkdir()
    said = place.orchard.says("step", "upload", "dev", SLUG, "--wheels", str(tmp_path / "others"))
    assert (said.exit, "WL563" in said.err) == (1, True), said.text

    place.orchard.does("step", "upload", "dev", SLUG, "--wheels", str(tmp_path / "wheels"))
    run = place.cluster(tmp_path / "cache").play("CronWorkflow")
    assert run.nodes["refresh"].phase == SUCCEEDED, run.told
    assert place.orchard.ran() == ["source"]
    assert (run.nodes["tidy"].exit, run.nodes["tidy"].attempts) == (5, 3), "the model's own lock has no wheels there"


def test_what_is_started_out_of_its_turn_or_under_another_name_is_told(place: Place) -> None:
    place.trained()
    cluster = place.cluster()
    values = {one["name"]: one["value"] for one in cluster.kinds["Workflow"]["spec"]["arguments"]["parameters"]} | {
        "inputs": "sha256:" + "0" * 64
    }
    (place.scratch / "pod").mkdir()
    pod = [
        "-C",
        str(place.scratch / "pod"),
        "--out",
        "out",
        "--environment",
        "dev",
        "--store",
        place.store.path.as_uri(),
    ]
    words = [word for name in ("code", "lock", "spec", "data", "inputs") for word in (f"--{name}", values[name])]
    for step, exit_code, code in (
        ("refresh", 4, "WL437"),
        ("score", 5, "WL555"),
        ("gates", 5, "WL555"),
        ("fti", 2, "WL646"),
    ):
        said = place.orchard.says("step", "run", step, "--model", SLUG, *pod, *words)
        assert (said.exit, code in said.err) == (exit_code, True), said.text
    said = place.orchard.says("step", "run", "fit", "--model", SLUG, *pod, *words, "--data", "")
    assert (said.exit, "says nothing of orchard/crates" in said.err) == (2, True), said.text


def test_a_pod_judges_against_the_champion_and_what_it_made_is_fetched_by_what_serves(place: Place) -> None:
    gates = "[{metric: f1, min: 0.5}, {metric: f1, baseline: champion, minRelativeChange: 0.1}]"
    place.change(MODEL, "[{metric: f1, min: 0.5}]", gates)
    place.orchard.does("train", SLUG, "--env", "dev", "--rehearse")
    place.orchard.clone.merge(f"windlass/release/dev/{SLUG}")
    cluster = place.cluster()
    run = cluster.play()
    well(run)  # the champion itself is not compared
    serving = cluster.start_init("Deployment")
    assert "bento     verified" in serving.log, serving.log
    assert (serving.exit, "no wheels of the lock" in serving.log) == (5, True), "the packages come from nowhere else"

    place.change(MODEL, "factor: 2", "factor: 3")
    run = place.cluster().play()
    assert run.nodes["gates"].exit == 4, run.told
    assert "champion" in run.nodes["gates"].log


def test_a_pod_judges_a_challenger_against_the_model_that_it_challenges(place: Place) -> None:
    apple = place.orchard.folder / "specs/orchard/apple"
    shutil.copytree(place.orchard.folder / FOLDER, apple)
    spec = apple / "model.yaml"
    spec.write_text(spec.read_text().replace("name: pear", "name: apple"))
    place.orchard.does("lock")
    place.orchard.clone.commit("apples, too")
    place.orchard.does("train", "orchard/apple", "--env", "dev", "--rehearse")
    place.orchard.clone.merge("windlass/release/dev/orchard/apple")
    better = "[{metric: f1, baseline: champion, model: apple, minRelativeChange: 0.1}]"
    place.change(MODEL, "[{metric: f1, min: 0.5}]", better)
    run = place.cluster().play()
    assert (run.nodes["gates"].exit, phases(run)["register"]) == (4, OMITTED), run.told
    assert "f1 is 0.750, not >= 0.825 (apple 0.750): 0.075 too low" in run.nodes["gates"].log

    place.change(MODEL, "minRelativeChange: 0.1", "minRelativeChange: -0.1")
    run = place.cluster().play()
    well(run)
    (made,) = (one for one in place.candidates() if one["modelName"] == "pear")
    assert [(one["model"], one["champion"], one["passed"]) for one in made["gates"]] == [("apple", 0.75, True)]

    place.orchard.does("train", SLUG, "--env", "dev", "--rehearse")
    git = place.orchard.clone.git
    folder = "environments/dev/releases/orchard"
    proof = json.loads(git("show", f"windlass/release/dev/{SLUG}:{folder}/pear/evidence.json"))
    assert list(proof["rivals"]) == ["apple"]
    assert proof["rivals"]["apple"] == json.loads(git("show", f"main:{folder}/apple/evidence.json"))["release"]
