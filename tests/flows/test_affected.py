"""What a branch concerns, by what it changed: over the command line, in real repositories."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import repositories
from tests.repositories import Clone
from tests.transcript import ROOT
from windlass.cli.main import main

KEPT = ("specs", "environments")
LEFT_OUT = ("/releases/", "/examples/")
POLICY = """\
apiVersion: windlass.dev/v1alpha1
kind: Policy
metadata: {name: ours}
spec:
  subject: dataset
  environments: [staging]
  validations: [{expression: "true", message: never}]
"""
ALL = ["dev", "prod", "staging"]
DIGITS = "specs/vision/digits"


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    """This repository's specs and environments on `main`."""
    made = repositories.new(tmp_path_factory.mktemp("affected") / "repository")
    folders = (ROOT / name for name in KEPT)
    files = {path.relative_to(ROOT).as_posix(): path for top in folders for path in top.rglob("*") if path.is_file()}
    kept = {name: path.read_bytes() for name, path in files.items() if path.suffix in (".yaml", ".py", ".txt", ".lock")}
    made.commit("as it is here", {**kept, "environments/policies/ours.yaml": POLICY})
    return made


def affected(origin: Clone, folder: Path, changes: Mapping[str, str | bytes | None]) -> dict[str, list[str]]:
    """The names of what one commit on a branch concerns."""
    clone = repositories.clone(origin.folder, folder, "Ada")
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("a change", changes)
    told = ask(clone, "--base", "origin/main")
    return {kind: list(found) for kind, found in told.items()}


def ask(clone: Clone, *words: str) -> dict[str, dict[str, list[str]]]:
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["affected", *words, "--output", "json", "-C", str(clone.folder)]) == 0
    found: dict[str, dict[str, list[str]]] = json.loads(out.getvalue())
    return found


@pytest.mark.parametrize(
    ("path", "environments", "models"),
    [
        (f"{DIGITS}/train.py", ["dev"], ["vision/digits"]),
        (f"{DIGITS}/model.yaml", ["dev"], ["vision/digits"]),
        ("specs/vision/datasets/digits/collect.py", ["dev"], ["vision/digits"]),
        ("specs/vision/team.yaml", ALL, []),
        ("specs/nobody/knows.txt", ["dev"], []),
        ("environments/staging/overlays/more.yaml", ["staging"], []),
        ("environments/prod/releases/vision/digits/release.yaml", ["prod"], []),
        ("environments/policies/ours.yaml", ["staging"], []),
        ("environments/nowhere/environment.yaml", [], []),
        ("templates/serving/bentoml/service.yaml.j2", ALL, []),
        ("templates/serving/bentoml/README.md", [], []),
        ("templates/serving/other/service.yaml.j2", [], []),
        ("README.md", [], []),
    ],
)
def test_what_a_path_concerns(
    origin: Clone, tmp_path: Path, path: str, environments: list[str], models: list[str]
) -> None:
    here = origin.folder / path
    text = here.read_text() + "\n# changed\n" if here.exists() else "changed\n"
    found = affected(origin, tmp_path / "clone", {path: text})
    assert found == {"environments": environments, "models": models}


def test_a_policy_concerns_those_whom_it_was_for_too(origin: Clone, tmp_path: Path) -> None:
    path = "environments/policies/ours.yaml"
    moved = affected(origin, tmp_path / "one", {path: POLICY.replace("staging", "prod")})
    assert moved["environments"] == ["prod", "staging"]
    assert affected(origin, tmp_path / "two", {path: None})["environments"] == ["staging"]


def test_what_left_is_not_asked_for(origin: Clone, tmp_path: Path) -> None:
    gone = {path.relative_to(origin.folder).as_posix(): None for path in (origin.folder / DIGITS).rglob("*.*")}
    assert affected(origin, tmp_path / "clone", gone) == {"environments": ["dev"], "models": []}


def test_only_what_the_branch_changed_counts(origin: Clone, tmp_path: Path) -> None:
    """What came to the base since is not the branch's."""
    clone = repositories.clone(origin.folder, tmp_path / "clone", "Ada")
    clone.git("checkout", "-q", "-b", "work")
    clone.commit("mine", {f"{DIGITS}/train.py": "mine = 1\n"})
    clone.git("checkout", "-q", "main")
    clone.commit("theirs", {"environments/prod/environment.yaml": "theirs: 1\n"})
    clone.git("checkout", "-q", "work")
    found = ask(clone, "--base", "main")
    assert list(found["environments"]) == ["dev"]
    assert found["models"] == {"vision/digits": [f"{DIGITS}/train.py"]}


def test_a_base_that_nobody_knows(origin: Clone, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["affected", "--base", "origin/nowhere", "-C", str(origin.folder)]) == 2
    assert "WL647" in capsys.readouterr().err


def test_a_history_without_the_base(origin: Clone, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a CI's clone of one commit has it."""
    clone = repositories.clone(origin.folder, tmp_path / "clone", "Ada")
    clone.git("checkout", "-q", "--orphan", "work")
    clone.commit("alone")
    assert main(["affected", "--base", "main", "-C", str(clone.folder)]) == 5
    said = capsys.readouterr().err
    assert "WL5" in said
    assert "no merge base" in said


def test_for_people(origin: Clone, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clone = repositories.clone(origin.folder, tmp_path / "clone", "Ada")
    assert main(["affected", "--base", "main", "-C", str(clone.folder)]) == 0
    assert capsys.readouterr().out == "no environment and no model is affected\n"
    clone.commit("two", {f"{DIGITS}/train.py": "1\n", f"{DIGITS}/evaluate.py": "1\n"})
    assert main(["affected", "--base", "HEAD~1", "-C", str(clone.folder)]) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        f"dev            {DIGITS}/evaluate.py and 1 more",
        f"vision/digits  {DIGITS}/evaluate.py and 1 more",
    ]
