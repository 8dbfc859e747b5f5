"""`render` of the head of the chain where it trains in a cluster: through the front door to objects that are read strictly."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import toy
from tests.toy import World
from tests.upstream import problems
from windlass.flows import train
from windlass.flows.rendering.objects import trained
from windlass.flows.training import candidates, material

ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {kind: files, namespace: "ml-{team}-dev"}
  store: {uri: s3://ml-dev}
  images: {step: registry.example/windlass-step@sha256:2222222222222222222222222222222222222222222222222222222222222222}
  backends: {pipelines: argo}
"""
OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: large}
spec:
  for: {model: vision/digits}
  patch:
    pipeline:
      stages: [{name: train, resources: {gpu: 1}, placement: {nodeSelector: {pool: gpu}}}]
    retraining: {schedule: {cron: "0 5 * * 1"}}
"""
FOLDER = "ml-vision-dev"
TRAINING = "specs/vision/digits"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(toy.repository(tmp_path / "repo"))
    write(made, "environments/dev/environment.yaml", ENVIRONMENT)
    return made


def write(world: World, path: str, text: str) -> None:
    place = world.clone.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text)
    world.clone.commit(f"write {path}")


def edit(world: World, path: str, old: str, new: str) -> None:
    text = (world.clone.folder / path).read_text()
    assert old in text
    write(world, path, text.replace(old, new, 1))


def collected(world: World, rows: bytes) -> str:
    """The repository once the dataset's source stage ran and its lock was committed; the md5 of what it wrote."""
    folder = world.clone.folder / "specs/vision/datasets/digits"
    code, out = (hashlib.md5(data).hexdigest() for data in ((folder / "collect.py").read_bytes(), rows))
    stage = {
        "cmd": "python collect.py",
        "deps": [{"path": "collect.py", "hash": "md5", "md5": code}],
        "outs": [{"path": "digits.csv", "hash": "md5", "md5": out}],
    }
    lock = yaml.safe_dump({"schema": "2.0", "stages": {"source": stage}})
    write(world, "specs/vision/datasets/digits/dvc.lock", lock)
    return out


def windlass(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "windlass", *words]
    return subprocess.run(command, cwd=world.clone.folder, capture_output=True, text=True, check=False)


def rendered(world: World, out: Path, environment: str = "dev") -> dict[str, dict]:
    ran = windlass(world, "render", environment, "--out", str(out))
    assert ran.returncode == 0, ran.stderr
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*.yaml")}
    return {path: yaml.safe_load(file.read_text()) for path, file in found.items()}


def kinds(objects: dict[str, dict]) -> set[str]:
    return {document["kind"] for document in objects.values()}


def test_the_head_becomes_objects_and_each_is_accepted(world: World, tmp_path: Path) -> None:
    md5 = collected(world, b"rows")
    objects = rendered(world, tmp_path / "out")
    assert {path.partition("/")[0] for path in objects} == {FOLDER}, "no file of DVC: those are what `lock` writes"
    assert [found for one in objects.values() for found in problems(one)] == []
    wanted = train.wanted(world.ports, world.project, world.project.models[toy.SLUG], world.environment("dev"))
    assert wanted is not None
    run = objects[f"{FOLDER}/workflow-vision-digits-{wanted[7:17]}.yaml"]
    values = {one["name"]: one["value"] for one in run["spec"]["arguments"]["parameters"]}
    assert (values["inputs"], values["data"]) == (wanted, f"vision/digits@md5:{md5}")
    assert run["metadata"]["annotations"]["windlass.dev/inputs-digest"] == wanted


TRACKER = "  tracking: {uri: 'http://mlflow.mlflow:5000', secretRef: {name: mlflow}}\n  secrets: {store: vault}\n"


def test_every_step_finds_the_tracker_and_the_way_to_it(world: World, tmp_path: Path) -> None:
    write(world, "environments/dev/environment.yaml", ENVIRONMENT + TRACKER)
    edit(
        world,
        f"{TRAINING}/model.yaml",
        "        params: {max_depth: 8}\n",
        "        params: {max_depth: 8}\n        env: [{name: MLFLOW_EXPERIMENT_NAME, value: its own}]\n",
    )
    objects = rendered(world, tmp_path / "out")
    assert [found for one in objects.values() for found in problems(one)] == []
    templates = objects[f"{FOLDER}/workflowtemplate-vision-digits-train.yaml"]["spec"]["templates"]
    steps = {part["name"]: part["container"] for part in templates if "container" in part}
    env = {name: {one["name"]: one["value"] for one in step["env"]} for name, step in steps.items()}
    assert {found["MLFLOW_TRACKING_URI"] for found in env.values()} == {"http://mlflow.mlflow:5000"}
    assert env["step-tool"]["MLFLOW_EXPERIMENT_NAME"] == "vision/digits"
    assert env["step-train"]["MLFLOW_EXPERIMENT_NAME"] == "its own"
    assert all({"secretRef": {"name": "mlflow"}} in step["envFrom"] for step in steps.values())
    policy = objects[f"{FOLDER}/networkpolicy-vision-digits-train.yaml"]["spec"]
    assert 5000 in {port["port"] for rule in policy["egress"] for port in rule["ports"]}
    secret = objects[f"{FOLDER}/externalsecret-mlflow.yaml"]["spec"]
    assert secret["dataFrom"] == [{"extract": {"key": "mlflow"}}], "the environment's own, not a team's"


def test_an_address_with_a_password_in_it_is_refused(world: World) -> None:
    write(world, "environments/dev/environment.yaml", ENVIRONMENT + "  tracking: {uri: 'http://me:secret@mlflow'}\n")
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    assert "environments/dev/environment.yaml:" in ran.stderr


def test_data_that_was_never_collected_names_no_run(world: World, tmp_path: Path) -> None:
    objects = rendered(world, tmp_path / "out")
    assert "WorkflowTemplate" in kinds(objects)
    assert not kinds(objects) & {"Workflow", "CronWorkflow"}


def test_an_environment_behind_the_head_trains_nothing(world: World, tmp_path: Path) -> None:
    edit(world, "environments/staging/environment.yaml", "spec:\n", "spec:\n  backends: {pipelines: argo}\n")
    assert rendered(world, tmp_path / "out", "staging") == {}


def test_overlays_reach_resources_placement_and_clock_and_leave_the_run_alone(world: World, tmp_path: Path) -> None:
    collected(world, b"rows")
    before = rendered(world, tmp_path / "before")
    write(world, "environments/dev/overlays/large.yaml", OVERLAY)
    after = rendered(world, tmp_path / "after")
    assert {path for path in before if "/workflow-" in path} == {path for path in after if "/workflow-" in path}
    spec = after[f"{FOLDER}/workflowtemplate-vision-digits-train.yaml"]["spec"]
    (step,) = (part for part in spec["templates"] if part["name"] == "step-train")
    assert step["container"]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert step["nodeSelector"] == {"pool": "gpu"}
    assert after[f"{FOLDER}/cronworkflow-vision-digits-train.yaml"]["spec"]["schedules"] == ["0 5 * * 1"]


def test_new_code_is_a_new_run_and_an_unrelated_commit_changes_no_byte(world: World, tmp_path: Path) -> None:
    collected(world, b"rows")
    before = windlass(world, "render", "dev").stdout
    write(world, "notes.txt", "nothing of a model\n")
    assert windlass(world, "render", "dev").stdout == before
    edit(world, f"{TRAINING}/train.py", "", "# another way\n")
    first, second = before, windlass(world, "render", "dev").stdout
    runs = [{line for line in text.splitlines() if "name: vision-digits-" in line} for text in (first, second)]
    assert runs[0] != runs[1]


def test_the_archive_is_the_one_that_a_candidate_records(world: World) -> None:
    """It holds what stages declare, of the model and of its datasets, and nothing else; the store has every byte of it."""
    collected(world, b"rows")
    ports, project, environment = world.ports, world.project, world.environment("dev")
    model, store = project.models[toy.SLUG], ports.store("dev")
    made = trained(ports, project, model, environment).run
    assert made is not None
    found = material.whole(ports, project, model, environment)
    material.keep(store, found)
    draft = candidates.draft(ports, model.spec, found, ("sha256:" + "0" * 64, {}), (), candidates.Origin())
    assert (made.code, made.lock) == (draft.code, draft.lock)
    index = json.loads(store.get(made.code))
    declared = {f"{TRAINING}/{name}.py" for name in ("prepare", "train", "evaluate")}
    assert index.keys() == {*declared, "specs/vision/datasets/digits/collect.py"}
    assert {path: store.get(digest) for path, digest in index.items()} == {
        path: (world.clone.folder / path).read_bytes() for path in index
    }


def test_an_environment_that_does_not_say_its_image_is_told(world: World) -> None:
    edit(world, "environments/dev/environment.yaml", "  images:", "  # images:")
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    assert "WL240  environment `dev` trains in a cluster and has no `images.step`" in ran.stderr


def test_what_argo_would_fill_in_is_refused(world: World) -> None:
    edit(
        world,
        f"{TRAINING}/model.yaml",
        "        params: {max_depth: 8}\n",
        "        params: {max_depth: 8}\n        env: [{name: PROMPT, value: 'Dear {{customer}}'}]\n",
    )
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    line = "WL254  variable `PROMPT` of stage `train` holds `{{`, which a cluster's engine would fill in"
    assert line in ran.stderr
    assert f"{TRAINING}/model.yaml:19:37" in ran.stderr
