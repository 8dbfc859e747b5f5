"""This repository's own environments: a model is carried from dev to prod in a scratch clone, and all that `windlass render`
makes of dev, staging and prod passes what the backends' examples pass, read strictly.

Releases are made by the tool. Only their bytes are no model's: what is rendered names digests and never opens them.
"""

import os
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import repositories, transcript
from tests.backends import test_kubernetes as objects
from tests.backends.test_prometheus import PROMTOOL, installed, promtool
from tests.flows.test_promote import to
from tests.flows.test_render import windlass
from tests.toy import World

pytestmark = pytest.mark.xdist_group("this repository")  # one clone, one chain of releases for all of them
CHAIN = ("dev", "staging", "prod")
SERVED = {
    "ConfigMap": 4,  # of the server, of the request log, of the dashboard, of the registry
    "Deployment": 1,
    "HorizontalPodAutoscaler": 1,
    "PrometheusRule": 1,
    "Service": 1,
    "ServiceMonitor": 1,
}
"""What one service is in prod, besides accounts and network policies."""
TRAINED = {"WorkflowTemplate", "Workflow", "CronWorkflow", "Secret", "LocalQueue"}


@dataclass(frozen=True)
class Tree:
    """What was rendered, in its folder."""

    folder: Path

    def objects(self) -> dict[Path, dict[str, Any]]:
        """Every object of a cluster."""
        return {path: objects.read(path) for path in sorted(self.folder.rglob("*.yaml"))}

    def kinds(self) -> Counter[str]:
        """How many there are of each kind."""
        return Counter(one["kind"] for one in self.objects().values())


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A commit of the work tree as it is, and a release of vision/digits that went all the way."""
    folder = tmp_path_factory.mktemp("here") / "windlass"
    asked = [
        "git",
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
        "--",
        "specs",
        "environments",
        ".gitignore",
    ]
    names = subprocess.run(asked, cwd=transcript.ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in map(os.fsdecode, filter(None, names)):
        if (transcript.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(transcript.ROOT / name, folder / name)
    clone = repositories.new(folder)
    clone.commit("as it is")
    made = World(clone)
    made.release_to_head(f1=0.97)
    for environment in CHAIN[1:]:
        made.land(to(made, environment))
        made.apply(environment)
    return made


@pytest.fixture(scope="module")
def trees(world: World) -> dict[str, Tree]:
    found = {}
    for name in CHAIN:
        out = world.clone.folder.parent / name
        ran = windlass(world, "render", name, "--out", str(out))
        assert ran.returncode == 0, ran.stderr
        found[name] = Tree(out)
    return found


@pytest.mark.parametrize("name", CHAIN)
def test_every_object_passes_what_the_examples_of_backends_pass(name: str, trees: dict[str, Tree]) -> None:
    paths = trees[name].objects()
    assert len(paths) > 20
    for path in paths:
        objects.test_an_api_server_would_take_it(path)
        objects.test_a_typo_would_be_found(path)
        objects.test_it_says_what_it_is_and_where_it_comes_from(path)
        objects.test_its_pods_are_restricted_and_by_digest(path)


def test_each_environment_has_what_it_is_for(trees: dict[str, Tree]) -> None:
    kinds = {name: tree.kinds() for name, tree in trees.items()}
    assert kinds["dev"].keys() >= TRAINED
    assert not TRAINED & (kinds["staging"].keys() | kinds["prod"].keys()), "they train nothing"
    assert kinds["dev"]["WorkflowTemplate"] == 4
    assert {kind: kinds["prod"][kind] for kind in SERVED} == SERVED
    assert {name: found["Namespace"] for name, found in kinds.items()} == dict.fromkeys(CHAIN, 3)
    assert all(found["ExternalSecret"] for found in kinds.values())
    assert (trees["dev"].folder / "images/step/Dockerfile").is_file()


def test_the_same_release_is_served_everywhere_and_overlays_size_it(trees: dict[str, Tree]) -> None:
    found = {}
    for name, tree in trees.items():
        folder = tree.folder / f"ml-vision-{name}"
        deployment, scaler = (
            yaml.safe_load((folder / f"{kind}-vision-digits.yaml").read_text())
            for kind in ("deployment", "horizontalpodautoscaler")
        )
        found[name] = (
            deployment["metadata"]["annotations"]["windlass.dev/release-digest"],
            (scaler["spec"]["minReplicas"], scaler["spec"]["maxReplicas"]),
        )
    assert len({digest for digest, _ in found.values()}) == 1
    assert [scale for _, scale in found.values()] == [(1, 2), (1, 4), (2, 6)]


def test_a_gpu_is_asked_for_where_one_is_trained_on(trees: dict[str, Tree]) -> None:
    path = trees["dev"].folder / "ml-retail-dev/workflowtemplate-retail-clothes-train.yaml"
    steps = {one["name"]: one for one in yaml.safe_load(path.read_text())["spec"]["templates"]}
    assert steps["step-train"]["container"]["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert steps["step-train"]["tolerations"][0]["key"] == "nvidia.com/gpu"
    assert "nvidia.com/gpu" not in steps["step-prepare"]["container"]["resources"]["limits"]


def test_what_it_costs_is_said(world: World) -> None:
    # half a core and half a GiB, once to twice in dev, twice to six times in prod
    for name, amount in (("dev", "16.43 to 32.85"), ("prod", "32.85 to 98.55")):
        assert f"costs {amount} EUR a month" in windlass(world, "plan", name, "--rehearse").stdout


@installed
@pytest.mark.parametrize("name", CHAIN)
def test_prometheus_takes_the_rules(name: str, trees: dict[str, Tree], tmp_path: Path) -> None:
    assert PROMTOOL is not None
    rules = [one["spec"] for one in trees[name].objects().values() if one["kind"] == "PrometheusRule"]
    assert rules
    for number, spec in enumerate(rules):
        path = tmp_path / f"{number}.yaml"
        path.write_text(yaml.safe_dump(spec))
        assert "rules found" in promtool("check", "rules", str(path))


def test_policies_look_at_all_of_it(world: World) -> None:
    """A policy that nothing keeps is heard of; those that ship found nothing wrong."""
    path = "environments/policies/nothing.yaml"
    policy = "apiVersion: windlass.dev/v1alpha1\nkind: Policy\nmetadata: {name: nothing}\nspec:\n  subject: manifest\n"
    policy += "  validations: [{expression: object.kind == 'Namespace', message: no namespace}]\n"
    world.clone.write({path: policy})
    try:
        ran = windlass(world, "render", "prod")
    finally:
        (world.clone.folder / path).unlink()
    assert ran.returncode == 4
    assert ran.stderr.count("WL283") > 10


def test_rendered_again_after_one_team_changed_nothing_of_the_others_is_lost(world: World, tmp_path: Path) -> None:
    out, team = tmp_path / "out", world.clone.folder / "specs/risk/team.yaml"
    before, cluster = team.read_text(), out / "cluster"
    try:
        for text, count in ((before, 3), (before.replace("  members: [risk]\n", ""), 3), (before, 3)):
            team.write_text(text)
            assert windlass(world, "render", "staging", "--out", str(out)).returncode == 0
            assert len(list(cluster.iterdir())) == count
    finally:
        team.write_text(before)


def test_two_renders_are_the_same_bytes(world: World, trees: dict[str, Tree], tmp_path: Path) -> None:
    for name in CHAIN:
        assert windlass(world, "render", name, "--out", str(tmp_path / name)).returncode == 0
        first, second = (
            {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*") if path.is_file()}
            for top in (trees[name].folder, tmp_path / name)
        )
        assert first == second
