"""`init` and `new`: what they write is right at once, and they overwrite nothing."""

import json
from pathlib import Path

import pytest

from tests.transcript import ROOT
from tests.trees import laid_out, windlass
from windlass.adapters.templates import shipped


def texts(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git/" not in path.as_posix()
    }


def test_a_new_repository_with_a_new_model_is_right(tmp_path: Path) -> None:
    made = windlass(tmp_path / "here", "init", "models")
    assert made.returncode == 0, made.stderr
    root = tmp_path / "here" / "models"
    assert (root / ".git").is_dir()
    written = windlass(root, "new", "model", "fraud/card")
    assert written.returncode == 0, written.stderr
    assert "+ specs/fraud/card/model.yaml\n" in written.stdout
    assert "+ specs/fraud/team.yaml\n" in written.stdout
    checked = windlass(root, "validate")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert b"[=" not in b"".join(data for path, data in texts(root).items() if path.startswith("specs/"))


def test_init_again_changes_nothing(tmp_path: Path) -> None:
    windlass(tmp_path / "repo", "init")
    (tmp_path / "repo" / "README.md").write_text("mine\n")
    before = texts(tmp_path / "repo")
    again = windlass(tmp_path / "repo", "init", "--output", "json")
    assert json.loads(again.stdout) == {"exitCode": 0, "files": [], "git": False, "existed": True}
    assert texts(tmp_path / "repo") == before


def test_init_keeps_what_a_folder_has(tmp_path: Path) -> None:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "README.md").write_text("mine\n")
    made = windlass(tmp_path / "repo", "init", "--output", "json")
    assert "README.md" not in json.loads(made.stdout)["files"]
    assert (tmp_path / "repo" / "README.md").read_text() == "mine\n"


def test_init_in_a_config_repository_prepares_its_state_alone(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo", git=True)
    made = windlass(root, "init")
    assert made.stdout == "+ .windlass/.gitignore\n"
    assert made.stderr == "this is a config repository already: .windlass/ is ready\n"


@pytest.mark.parametrize(
    "name", ["card", "Fraud/card", "fraud/card/more", "fraud/", "fraud/datasets", "../card", "fraud/ca rd"]
)
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    done = windlass(laid_out(tmp_path / "repo"), "new", "model", name)
    assert done.returncode == 2
    assert done.stderr.startswith("WL606")


def test_new_overwrites_nothing(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    before = texts(root)
    done = windlass(root, "new", "model", "vision/digits")
    assert (done.returncode, done.stdout) == (2, "")
    assert texts(root) == before


def test_a_second_model_of_a_team_keeps_its_team(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    before = (root / "specs/vision/team.yaml").read_bytes()
    assert windlass(root, "new", "model", "vision/faces").returncode == 0
    assert (root / "specs/vision/team.yaml").read_bytes() == before
    assert windlass(root, "validate").returncode == 0


@pytest.mark.parametrize(
    ("start", "living"),
    [("dataset", "specs/vision/datasets/digits"), ("model", "specs/vision/digits")],
)
@pytest.mark.parametrize("name", ["requirements.txt", "requirements.lock"])
def test_starts_and_base_share_the_interpreters_of_the_living_model(start: str, living: str, name: str) -> None:
    """So that a suite, a newcomer and the living repository make each interpreter once."""
    expected = (ROOT / living / name).read_bytes()
    assert (shipped("templates") / "starts" / "model" / start / name).read_bytes() == expected
    assert (ROOT / "tests" / "base" / living / name).read_bytes() == expected


@pytest.mark.slow
def test_a_new_model_locks_trains_and_is_registered_as_it_is(tmp_path: Path) -> None:
    windlass(tmp_path / "models", "init")
    windlass(tmp_path / "models", "new", "model", "fraud/card")
    for words in ("lock", "train fraud/card"):
        done = windlass(tmp_path / "models", *words.split())
        assert done.returncode == 0, done.stdout + done.stderr
    assert windlass(tmp_path / "models", "validate").returncode == 0
