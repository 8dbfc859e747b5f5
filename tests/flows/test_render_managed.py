"""`render` for a platform that runs services by itself: through the front door to a file that is read key by key."""

from pathlib import Path

import yaml

from tests.flows.test_render import tell, windlass, world  # noqa: F401 -- the fixture
from tests.toy import World
from tests.upstream import bentocloud

ENVIRONMENT = """\
apiVersion: windlass.dev/v1alpha1
kind: Environment
metadata: {name: dev}
spec:
  target: {kind: files}
  backends: {serving: bentocloud, logging: ecs, monitoring: prometheus}
  secrets: {store: vault}
  instanceTypes:
    - {name: cpu.2, cpu: "2", memory: 4Gi}
    - {name: cpu.1, cpu: "1", memory: 2Gi}
"""
OVERLAY = """\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: sized}
spec:
  for: {model: vision/digits}
  patch:
    serving: {minReplicas: 0, maxReplicas: 3, resources: {cpu: 1500m}, env: [{name: KEY, secretKeyRef: {name: api, key: k}}]}
"""


def files_of(world: World, out: Path) -> dict[str, dict]:  # noqa: F811
    ran = windlass(world, "render", "dev", "--out", str(out))
    assert ran.returncode == 0, ran.stderr
    return {path.relative_to(out).as_posix(): yaml.safe_load(path.read_text()) for path in out.glob("*/*.yaml")}


def test_one_file_a_service_and_nothing_of_a_cluster(world: World, tmp_path: Path) -> None:  # noqa: F811
    world.clone.write({"environments/dev/overlays/sized.yaml": OVERLAY})
    tell(world, ENVIRONMENT)
    made = files_of(world, tmp_path / "out")
    assert list(made) == ["bentocloud/vision-digits-dev.yaml"]
    (document,) = made.values()
    assert bentocloud.problems(document) == []
    (service,) = document["services"].values()
    assert service["instance_type"] == "cpu.2"
    assert service["scaling"] == {"min_replicas": 0, "max_replicas": 3}
    assert document["secrets"] == ["vision-digits-dev-env"]
    pin = yaml.safe_load((world.clone.folder / "environments/dev/releases/vision/digits/release.yaml").read_text())
    assert document["bento"] == pin["spec"]["pin"]["bento"]["tag"]
    labels = {one["key"]: one["value"] for one in document["labels"]}
    assert labels["windlass.dev/bento"] == pin["spec"]["pin"]["bento"]["digest"][7:47]


def test_what_it_cannot_say_is_refused_where_it_is_asked(world: World) -> None:  # noqa: F811
    model = world.clone.folder / "specs/vision/digits/model.yaml"
    model.write_text(model.read_text() + "  logging: {mode: request}\n")
    tell(world, ENVIRONMENT)
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    wanted = "WL294  the serving backend `bentocloud` of dev cannot tell a service what to log of requests"
    assert wanted in ran.stderr
    assert "specs/vision/digits/model.yaml:" in ran.stderr


def test_a_table_that_nobody_asks_is_told(world: World) -> None:  # noqa: F811
    tell(
        world,
        ENVIRONMENT.replace("serving: bentocloud, ", "").replace("secrets: {store: vault}", "store: {uri: s3://ml}"),
    )
    ran = windlass(world, "validate")
    assert "WL310  no backend of `dev` asks for machines: `bentoml` asks for cores and memory" in ran.stdout


def test_a_machine_costs_what_it_says(world: World) -> None:  # noqa: F811
    priced = ENVIRONMENT.replace("memory: 2Gi}", "memory: 2Gi, pricePerHour: 0.1}")
    tell(world, priced + "  prices: {cpuHour: 9, memoryGiBHour: 9, currency: EUR}\n")
    assert "  costs 73.00 EUR a month" in windlass(world, "plan", "dev", "--rehearse").stdout


def test_an_environment_without_a_table_is_told(world: World) -> None:  # noqa: F811
    tell(world, ENVIRONMENT.partition("  instanceTypes")[0])
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    assert "WL310  the serving backend `bentocloud` takes instance types, and `dev` lists none" in ran.stderr


def test_a_release_that_fits_no_machine_any_more_is_told(world: World) -> None:  # noqa: F811
    tell(world, ENVIRONMENT)
    model = world.clone.folder / "specs/vision/digits/model.yaml"
    text = model.read_text()
    tell(world, ENVIRONMENT.replace('cpu: "2"', "cpu: 100m").replace('cpu: "1"', "cpu: 100m"))
    model.write_text(text.replace("  serving:\n", "  serving:\n    resources: {cpu: 100m}\n"))
    world.clone.commit("smaller, but not released")
    ran = windlass(world, "render", "dev")
    assert ran.returncode == 1
    assert "WL310  no instance type of `dev` holds what vision/digits asks for" in ran.stderr
