"""A model of a format that is only rendered: checked and spelled like every other, trained nowhere, and a download for nobody."""

import json
from pathlib import Path

import pytest

from tests import toy
from tests.flows.test_render import windlass
from tests.toy import World

MODEL = "specs/vision/digits/model.yaml"


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = World(toy.repository(tmp_path / "repo"))
    place = made.clone.folder / MODEL
    place.write_text(place.read_text().replace("modelFormat: {name: sklearn}", "modelFormat: {name: keras}"))
    made.clone.commit("another format")
    return made


def test_its_packages_are_pinned_and_not_installed(world: World) -> None:
    ran = windlass(world, "lock", "--output", "json")
    assert ran.returncode == 0, ran.stderr
    rows = {row["kind"]: row for row in json.loads(ran.stdout)["locked"]}
    assert rows["model"]["python"] is None
    assert f"{Path(MODEL).parent}/requirements.lock" in rows["model"]["files"]
    assert rows["dataset"]["python"], "its data can be collected here"


def test_nobody_trains_it_and_everybody_says_so(world: World) -> None:
    for words in (("up", toy.SLUG), ("train", toy.SLUG, "--env", "dev", "--rehearse")):
        ran = windlass(world, *words)
        assert ran.returncode == 1, ran.stderr
        assert f"{MODEL}:6:23  WL313  vision/digits is a keras model" in ran.stderr
    planned = windlass(world, "plan", "dev", "--rehearse")
    assert planned.returncode == 0, planned.stderr
    assert "PipelineRun" not in planned.stdout
    assert "warning: vision/digits is not trained: this version only renders keras models  WL313" in planned.stdout
    assert "WL313" not in windlass(world, "plan", "prod", "--rehearse").stdout, "nothing trains there"


def test_it_is_rendered_like_every_other(world: World) -> None:
    assert "--- specs/vision/digits/dvc.yaml" in windlass(world, "render", "dev").stdout
