"""`render` of an environment in a cluster, from a released model through the front door to objects that are read strictly."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests import toy, transcript
from tests.toy import World
from tests.upstream import problems

ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {kind: kubernetes, namespace: "ml-{team}-dev"}
  store: {uri: s3://ml-dev, secretRef: {name: store}}
  images:
    runtime: registry.example/windlass-runtime@sha256:1111111111111111111111111111111111111111111111111111111111111111
    step: registry.example/windlass-step@sha256:2222222222222222222222222222222222222222222222222222222222222222
"""
FOLDER = "ml-vision-dev"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(toy.repository(tmp_path / "repo"))
    made.land(made.propose("dev", made.train("dev")))
    return made


def windlass(world: World, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "windlass", *words]
    return subprocess.run(command, cwd=world.clone.folder, capture_output=True, text=True, check=False)


def tell(world: World, text: str) -> None:
    (world.clone.folder / "environments/dev/environment.yaml").write_text(text)
    world.clone.commit("dev is a cluster")


def test_one_object_a_file_and_each_is_accepted(world: World, tmp_path: Path) -> None:
    tell(world, ENVIRONMENT)
    ran = windlass(world, "render", "dev", "--out", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr
    objects = {path.name: yaml.safe_load(path.read_text()) for path in (tmp_path / "out" / FOLDER).iterdir()}
    assert "deployment-vision-digits.yaml" in objects
    assert [found for one in objects.values() for found in problems(one)] == []
    (fetch,) = objects["deployment-vision-digits.yaml"]["spec"]["template"]["spec"]["initContainers"]
    pin = yaml.safe_load((world.clone.folder / "environments/dev/releases/vision/digits/release.yaml").read_text())[
        "spec"
    ]["pin"]
    assert pin["bento"]["digest"] in fetch["args"]


def test_a_lock_with_an_image_of_its_own_is_served_by_it_and_installs_nothing(world: World, tmp_path: Path) -> None:
    folder = world.clone.folder / "environments/dev/releases/vision/digits"
    lock = json.loads((folder / "evidence.json").read_text())["trained"]["requirements"]
    own = f"registry.example/digits@sha256:{'5' * 64}"
    pods = []
    for name, entry in (("ours", {lock: {"runtime": own}}), ("another", {f"sha256:{'7' * 64}": {"runtime": own}})):
        tell(world, f"{ENVIRONMENT}    locks: {json.dumps(entry)}\n")
        ran = windlass(world, "render", "dev", "--out", str(tmp_path / name))
        assert ran.returncode == 0, ran.stderr
        made = yaml.safe_load((tmp_path / name / FOLDER / "deployment-vision-digits.yaml").read_text())
        assert problems(made) == []
        pods.append(made["spec"]["template"]["spec"])
    told = [(pod["containers"][0]["image"] == own, "--library" in pod["initContainers"][0]["args"]) for pod in pods]
    assert told == [(True, False), (False, True)]
    variables = [[one["name"] for one in pod["containers"][0]["env"]].count("PYTHONPATH") for pod in pods]
    assert variables == [0, 1]


def test_the_registry_is_told_where_there_is_one(world: World, tmp_path: Path) -> None:
    tell(world, ENVIRONMENT + "  tracking: {uri: 'https://mlflow.example'}\n")
    ran = windlass(world, "render", "dev", "--out", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr
    found = yaml.safe_load((tmp_path / "out" / FOLDER / "configmap-vision-digits-registry.yaml").read_text())
    assert problems(found) == []
    told = yaml.safe_load(found["data"]["registry.yaml"])
    release = yaml.safe_load((world.clone.folder / "environments/dev/releases/vision/digits/release.yaml").read_text())
    assert told["registeredModel"] == release["spec"]["pin"]["model"]["registry"]
    (version,) = told["versions"]
    assert (version["digest"], version["aliases"]) == (release["spec"]["pin"]["model"]["digest"], ["dev"])
    deployment = (tmp_path / "out" / FOLDER / "deployment-vision-digits.yaml").read_text()
    assert "MLFLOW" not in deployment, "a service asks no tracker, and has no key to one"


PRICES = "  prices: {cpuHour: 0.04, memoryGiBHour: 0.005, currency: EUR}\n"
COSTS = "  costs 9.13 EUR a month, by what services ask for\n"


def test_what_services_cost_is_said_where_prices_are_known(world: World) -> None:
    tell(world, ENVIRONMENT)
    assert "costs" not in windlass(world, "plan", "dev", "--rehearse").stdout
    tell(world, ENVIRONMENT + PRICES)
    planned = windlass(world, "plan", "dev", "--rehearse")
    assert COSTS in planned.stdout, planned.stderr
    told = json.loads(windlass(world, "plan", "dev", "--rehearse", "--output", "json").stdout)["cost"]
    assert told["services"] == {"vision/digits": {"low": "9.13", "high": "9.13"}}


def test_an_environment_that_does_not_say_its_images_is_told(world: World) -> None:
    tell(world, ENVIRONMENT.partition("  images:")[0])
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    assert "WL240  environment `dev` serves in a cluster and has no `images.runtime`" in ran.stderr
    assert "WL240  environment `dev` serves in a cluster and has no `images.step`" in ran.stderr
    assert "environments/dev/environment.yaml:" in ran.stderr


def test_an_unrelated_commit_changes_no_byte(world: World) -> None:
    tell(world, ENVIRONMENT)
    before = windlass(world, "render", "dev").stdout
    (world.clone.folder / "notes.txt").write_text("nothing of a model\n")
    world.clone.commit("notes")
    assert windlass(world, "render", "dev").stdout == before


def test_what_is_promised_is_watched_and_what_is_asked_is_logged(world: World, tmp_path: Path) -> None:
    model = world.clone.folder / "specs/vision/digits/model.yaml"
    model.write_text(
        model.read_text() + "  monitoring: {slo: {p99: 300ms}}\n  logging: {mode: request, redact: [pixels]}\n"
    )
    world.clone.commit("p99 is promised")
    world.land(world.propose("dev", world.train("dev", seed="promised")))
    tell(world, ENVIRONMENT)
    plain = windlass(world, "render", "dev").stdout
    assert "ServiceMonitor" not in plain
    assert "WINDLASS_REQUEST_LOG" not in plain
    tell(
        world,
        f"{ENVIRONMENT}  backends: {{monitoring: prometheus, logging: ecs}}\n  network: {{ingressFrom: [monitoring]}}\n",
    )
    ran = windlass(world, "render", "dev", "--out", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr
    objects = {path.name: yaml.safe_load(path.read_text()) for path in (tmp_path / "out" / FOLDER).iterdir()}
    assert [found for one in objects.values() for found in problems(one)] == []
    alerts = objects["prometheusrule-vision-digits.yaml"]["spec"]["groups"][-1]["rules"]
    assert {one["alert"] for one in alerts} == {"LatencyBudgetBurn", "ServiceFailing", "ServiceAbsent"}
    assert "0.3," in objects["configmap-vision-digits.yaml"]["data"]["bentoml.yaml"]
    pod = objects["deployment-vision-digits.yaml"]["spec"]["template"]["spec"]
    (volume,) = (one for one in pod["volumes"] if one["name"] == "configuration")
    sources = [one["configMap"]["name"] for one in volume["projected"]["sources"]]
    assert [f"configmap-{name}.yaml" in objects for name in sources] == [True, True]
    env = {one["name"]: one["value"] for one in pod["containers"][0]["env"] if "value" in one}
    for variable, (name, file) in zip(
        ("BENTOML_CONFIG", "WINDLASS_REQUEST_LOG"),
        zip(sources, ("bentoml.yaml", "request-log.json"), strict=True),
        strict=True,
    ):
        assert env[variable].endswith(f"/{file}")
        assert file in objects[f"configmap-{name}.yaml"]["data"]
    monitor = objects["servicemonitor-vision-digits.yaml"]["spec"]
    service = objects["service-vision-digits.yaml"]
    assert monitor["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert monitor["endpoints"][0]["port"] in {port["name"] for port in service["spec"]["ports"]}
    assert service["metadata"]["labels"][monitor["jobLabel"]] == "vision-digits"


TEAM = "specs/vision/team.yaml"
QUOTA = "  members: [vision]\n  quota: {cpu: '2', memory: 4Gi, replicas: 4}\n"


def test_a_team_has_its_namespace_before_it_serves_anything(tmp_path: Path) -> None:
    world = World(toy.repository(tmp_path / "repo"))
    (world.clone.folder / TEAM).write_text((world.clone.folder / TEAM).read_text() + QUOTA)
    tell(world, ENVIRONMENT + "  backends: {tenancy: namespace}\n")
    ran = windlass(world, "render", "dev", "--out", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr
    objects = {
        path.relative_to(tmp_path / "out").as_posix(): yaml.safe_load(path.read_text())
        for folder in ("cluster", FOLDER)
        for path in (tmp_path / "out" / folder).iterdir()
    }
    assert sorted(one["kind"] for one in objects.values()) == [
        "LimitRange", "Namespace", "NetworkPolicy", "ResourceQuota", "Role", "RoleBinding",
    ]  # fmt: skip
    assert [found for one in objects.values() for found in problems(one)] == []
    assert objects[f"{FOLDER}/resourcequota-team.yaml"]["spec"]["hard"]["requests.cpu"] == "2"


def test_a_team_that_cannot_be_read_stops_who_would_lose_its_namespace(world: World) -> None:
    staging = (
        ENVIRONMENT.replace("name: dev", "name: staging") + "  promotesFrom: dev\n  backends: {tenancy: namespace}\n"
    )
    (world.clone.folder / "environments/staging/environment.yaml").write_text(staging)
    (world.clone.folder / TEAM).write_text((world.clone.folder / TEAM).read_text() + "  quta: {}\n")
    world.clone.commit("a typing error")
    ran = windlass(world, "render", "staging")
    assert ran.returncode == 1
    assert "unknown key `quta`" in ran.stderr


def test_the_quota_counts_what_a_release_promised_and_an_overlay_raised(world: World) -> None:
    proposal = world.propose("staging", world.train("staging"))
    world.land(proposal)
    (world.clone.folder / TEAM).write_text((world.clone.folder / TEAM).read_text() + QUOTA)
    overlay = world.clone.folder / "environments/staging/overlays/more.yaml"
    overlay.parent.mkdir(parents=True)
    overlay.write_text(OVERLAY)
    world.clone.commit("more of it in staging")
    ran = windlass(world, "validate")
    assert ran.returncode == 1
    assert "may reach 5 copies in staging, the quota is 4: digits 5 x 1\n" in ran.stdout
    assert "may reach 5000Mi memory in staging, the quota is 4Gi: digits 5 x 1000Mi\n" in ran.stdout
    assert "digits at environments/staging/overlays/more.yaml:6:34" in ran.stdout
    assert " in dev" not in ran.stdout
    assert " in prod" not in ran.stdout, "nothing is released there"


def test_show_starts_from_the_spec_that_was_promoted(world: World) -> None:
    spec = world.clone.folder / "specs/vision/digits/model.yaml"
    world.land(world.propose("staging", world.train("staging")))
    spec.write_text(spec.read_text().replace("  serving:\n", "  serving:\n    maxReplicas: 3\n"))
    world.clone.commit("three copies, from the head on")
    promoted = "environments/staging/releases/vision/digits/model.yaml"
    assert windlass(world, "show", "digits", "--env", "staging", "serving.maxReplicas").stderr.endswith(f"{promoted}\n")
    assert " 1 " in windlass(world, "show", "digits", "--env", "staging", "serving.maxReplicas").stdout
    assert " 3  specs/" in windlass(world, "show", "digits", "--env", "dev", "serving.maxReplicas").stdout


def test_an_environment_renders_what_its_images_are_built_of(tmp_path: Path) -> None:
    world = World(toy.repository(tmp_path / "repo"))
    base = f"registry.example/python@sha256:{'3' * 64}"
    tell(world, f"{ENVIRONMENT}    base: {base}\n  backends: {{images: docker}}\n")
    ran = windlass(world, "render", "dev", "--out", str(tmp_path / "out"))
    assert ran.returncode == 0, ran.stderr
    step = tmp_path / "out/images/step"
    assert f"FROM {base}\n" in (step / "Dockerfile").read_text()
    assert (step / "requirements.lock").read_bytes() == (transcript.ROOT / "requirements/tool.lock").read_bytes()
    assert [path.name for path in (tmp_path / "out/images/runtime").iterdir()].count("requirements.lock") == 0


OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: more}
spec:
  for: {model: vision/digits}
  patch: {serving: {maxReplicas: 5, resources: {memory: 1000Mi}}}
"""
SECRETS = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: keys}
spec:
  for: {team: vision}
  patch:
    serving:
      env:
        - {name: DB_PASSWORD, secretKeyRef: {name: db, key: password}}
        - {name: DB_LOGIN, secretKeyRef: {name: db, key: user}}
"""


def test_the_cluster_fetches_its_secrets_itself(world: World, tmp_path: Path) -> None:
    overlay = world.clone.folder / "environments/dev/overlays/keys.yaml"
    overlay.parent.mkdir()
    overlay.write_text(SECRETS)
    tell(world, ENVIRONMENT)
    assert windlass(world, "render", "dev", "--out", str(tmp_path / "without")).returncode == 0
    assert not list((tmp_path / "without" / FOLDER).glob("externalsecret-*"))
    tell(world, ENVIRONMENT + "  secrets: {store: vault, refresh: 10m}\n")
    ran = windlass(world, "render", "dev", "--out", str(tmp_path / "with"))
    assert ran.returncode == 0, ran.stderr
    made = {
        path.name: yaml.safe_load(path.read_text()) for path in (tmp_path / "with" / FOLDER).glob("externalsecret-*")
    }
    assert [found for one in made.values() for found in problems(one)] == []
    db, store = made["externalsecret-db.yaml"]["spec"], made["externalsecret-store.yaml"]["spec"]
    assert [(one["secretKey"], one["remoteRef"]["key"]) for one in db["data"]] == [
        ("password", "vision/db"),
        ("user", "vision/db"),
    ]
    assert db["refreshInterval"] == "600s"
    assert store["dataFrom"] == [{"extract": {"key": "store"}}]


def test_what_a_release_names_stays_in_git(world: World) -> None:
    folder = world.clone.folder
    shutil.rmtree(folder / "specs/vision/datasets/digits")
    (folder / "specs/vision/team.yaml").unlink()
    ran = windlass(world, "validate")
    assert ran.returncode == 1
    gone = "WL295  dev serves vision/digits, which was trained on dataset `vision/digits`, and that is gone"
    assert gone in ran.stdout
    assert "WL295  dev serves vision/digits, and team `vision` is gone" in ran.stdout
    assert "environments/dev/releases/vision/digits/release.yaml:" in ran.stdout
