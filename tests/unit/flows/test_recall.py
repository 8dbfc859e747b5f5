"""The digest cache of `validate`: what answers from it, what does not, and that it can never answer wrongly or fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trees import laid_out
from windlass import __version__
from windlass.adapters import survey
from windlass.cli import wiring
from windlass.flows import recall, validate

FOLDER = "specs/vision/digits"


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    root = laid_out(tmp_path / "repo")
    validate.validate(wiring.reader(str(root)), survey)
    return root


def recalled(root: Path) -> int | None:
    return recall.recall(survey, str(root), __version__, survey.today())


def test_an_unchanged_tree_is_known(judged: Path) -> None:
    assert recalled(judged) == 6
    (judged / FOLDER / "model.yaml").touch()
    (judged / FOLDER / "notes.txt").write_text("not a document, not named by one")
    assert recalled(judged) == 6, "neither times nor files that nobody asks about matter"


def edit(name: str) -> Callable[[Path], None]:
    def act(root: Path) -> None:
        path = root / name
        path.write_bytes(path.read_bytes() + b"\n")

    return act


def link_train(root: Path) -> None:
    train = root / FOLDER / "train.py"
    train.rename(root.parent / "train.py")
    train.symlink_to(root.parent / "train.py")


@pytest.mark.parametrize(
    "change",
    [
        edit(f"{FOLDER}/model.yaml"),
        edit(f"{FOLDER}/dvc.yaml"),
        edit(f"{FOLDER}/params.json"),
        edit(f"{FOLDER}/.gitignore"),
        edit(f"{FOLDER}/requirements.txt"),
        edit(f"{FOLDER}/requirements.lock"),
        edit(f"{FOLDER}/examples/zero.json"),
        edit("environments/dev/environment.yaml"),
        lambda root: (root / FOLDER / "train.py").unlink(),
        lambda root: (root / "specs/vision/team.yaml").unlink(),
        lambda root: (root / "specs/vision/digits/more.yaml").write_text("windlass.dev/"),
        lambda root: (root / "specs/sounds").symlink_to(root / "specs/vision"),
        link_train,
    ],
)
def test_any_change_that_counts_is_seen(judged: Path, change: Callable[[Path], None]) -> None:
    change(judged)
    assert recalled(judged) is None


def test_another_windlass_judges_anew(judged: Path) -> None:
    assert recall.recall(survey, str(judged), "9.9.9", survey.today()) is None


@pytest.mark.parametrize(
    "data", [b"", b"{", b"[]", b"null", b'{"asked": 3}', b'{"documents": "x", "fingerprint": 1, "asked": {}}', b"\xff"]
)
def test_a_broken_cache_is_no_answer(judged: Path, data: bytes) -> None:
    (judged / recall.CACHE).write_bytes(data)
    assert recalled(judged) is None


def test_a_tree_with_findings_is_not_remembered(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / "specs/vision/team.yaml").unlink()
    assert validate.validate(wiring.reader(str(root)), survey).diagnostics
    assert not (root / recall.CACHE).exists()


def test_a_disk_that_cannot_be_written_only_costs_the_short_cut(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / ".windlass").write_text("a file where the folder would be")
    assert validate.validate(wiring.reader(str(root)), survey).diagnostics == ()
