"""Reading the repository from the disk: links, odd names, missing git, and what is never read."""

import os
from argparse import Namespace
from pathlib import Path

import pytest

from tests.trees import laid_out
from windlass.cli import wiring
from windlass.flows import load
from windlass.model.failure import Findings


def found(root: Path) -> list[tuple[str, str]]:
    return [(one.code, one.place.path if one.place else "") for one in load.read(wiring.reader(str(root))).diagnostics]


def test_the_base_on_the_disk_has_no_finding(tmp_path: Path) -> None:
    loading = load.read(wiring.reader(str(laid_out(tmp_path / "repo"))))
    assert (loading.documents, loading.diagnostics) == (6, ())
    assert set(loading.project.environments) == {"dev", "staging", "prod"}


def test_a_spec_behind_a_link_is_not_read(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / "specs" / "sounds").symlink_to(root / "specs" / "vision")
    (root / "environments" / "dev" / "environment.yaml").rename(tmp_path / "elsewhere.yaml")
    (root / "environments" / "dev" / "environment.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    assert found(root) == [("WL217", "environments/dev/environment.yaml"), ("WL217", "specs/sounds")]


def test_the_whole_folder_of_specs_may_not_be_a_link_that_leads_out(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / "specs").rename(tmp_path / "specs")
    (root / "specs").symlink_to(tmp_path / "specs")
    assert found(root) == [("WL217", "specs")]


def test_code_behind_a_link_that_leads_out_is_said_to_be_outside(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    train = root / "specs/vision/digits/train.py"
    train.rename(tmp_path / "train.py")
    train.symlink_to(tmp_path / "train.py")
    assert found(root) == [("WL217", "specs/vision/digits/model.yaml")]


def test_code_behind_a_link_that_stays_inside_is_fine(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / "lib").mkdir()
    train = root / "specs/vision/digits/train.py"
    train.rename(root / "lib" / "train.py")
    train.symlink_to(os.path.relpath(root / "lib" / "train.py", train.parent))
    assert found(root) == []


def test_a_circle_of_links_is_no_file(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    train = root / "specs/vision/digits/train.py"
    train.unlink()
    train.symlink_to("train.py")
    assert found(root) == [("WL207", "specs/vision/digits/model.yaml")]


def test_a_repository_reached_through_a_link_is_inside_itself(tmp_path: Path) -> None:
    laid_out(tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert found(tmp_path / "link") == []


def test_names_with_spaces_and_umlauts(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "Ablage für Modelle")
    folder = root / "specs/vision/digits"
    (folder / "zähl mit.py").write_text("print(1)\n")
    model = folder / "model.yaml"
    model.write_text(model.read_text().replace("deps: [train.py,", "deps: [train.py, zähl mit.py,"))
    assert {code for code, _ in found(root)} == {"WL301"}, "only the generated file is older now"


def test_hidden_folders_and_caches_are_left_out(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    for name in (".venv/lib", "__pycache__", ".ipynb_checkpoints"):
        folder = root / "specs/vision/digits" / name
        folder.mkdir(parents=True)
        (folder / "model.yaml").write_text("apiVersion: windlass.dev/v1alpha1\n")
    assert found(root) == []


def test_a_file_of_ten_megabytes_is_not_read(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / "environments/dev/environment.yaml").write_bytes(b"a: b\n" * 2_000_000)
    (root / "specs/vision/digits/rows.yaml").write_bytes(b"windlass.dev/ " * 1_000_000)
    assert found(root) == [("WL002", "environments/dev/environment.yaml")]


def test_generated_files_are_compared_where_the_spec_is_right(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    folder = root / "specs/vision/digits"
    (folder / "dvc.yaml").write_text((folder / "dvc.yaml").read_text().replace("python train.py", "python trian.py"))
    (folder / "params.json").unlink()
    (folder / "requirements.txt").write_text("scikit-learn==1.9.0\n")
    where = "specs/vision/digits"
    assert found(root) == [
        ("WL301", f"{where}/dvc.yaml"),
        ("WL301", f"{where}/params.json"),
        ("WL302", f"{where}/requirements.lock"),
    ]
    model = folder / "model.yaml"
    model.write_text(model.read_text().replace("min: 0.7", "mni: 0.7"))
    assert found(root) == [("WL103", f"{where}/model.yaml")]


def test_require_raises_every_error_at_once_with_the_texts(tmp_path: Path) -> None:
    root = laid_out(tmp_path / "repo")
    (root / "environments/dev/environment.yaml").write_text("a: [")
    (root / "specs/vision/team.yaml").write_text("")
    with pytest.raises(Findings) as error:
        load.require(wiring.reader(str(root)))
    assert [one.code for one in error.value.diagnostics] == ["WL001", "WL009"]
    assert (error.value.sources or {})["environments/dev/environment.yaml"] == "a: ["


def test_a_model_can_be_required_alone_and_says_how_much_is_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = laid_out(tmp_path / "repo", git=True)
    (root / "environments/dev/environment.yaml").write_text("a: [")
    ports = wiring.ports(Namespace(directory=root, verbose=False))
    project, loaded = load.require_model(ports, "digits", "")
    assert loaded.spec.metadata.slug == "vision/digits"
    assert set(project.environments) == {"staging", "prod"}
    assert capsys.readouterr().err == "1 file has findings that do not matter here: `windlass validate`\n"
    with pytest.raises(Findings):
        load.require_model(ports, "digits", "", "dev")
    (root / "specs/vision/team.yaml").write_text("")
    with pytest.raises(Findings) as error:
        load.require_model(ports, None, "specs/vision/digits")
    assert [one.code for one in error.value.diagnostics] == ["WL009"], "what does not matter is not told"


def test_an_empty_folder_holds_nothing(tmp_path: Path) -> None:
    assert load.read(wiring.reader(str(tmp_path))).documents == 0
