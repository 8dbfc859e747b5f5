"""Backends of a repository's own come before those that Windlass ships, file by file."""

from pathlib import Path

import pytest

from tests import trees
from windlass.adapters.templates import LayeredTemplates, shipped

OVERRIDE = "# ours\n"
ABOUT = "axis: serving\nname: mine\nworkload: Service\ntarget: files\ndocuments: [{path: a, template: a.j2}]\n"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    for path, text in {
        "templates/tenancy/namespace/limitrange.yaml.j2": OVERRIDE,
        "templates/serving/mine/backend.yaml": ABOUT,
        "templates/serving/mine/a.j2": "a\n",
        "templates/serving/mine/notes.txt": "not of it\n",
        "templates/serving/mine/examples/first/expected/b.j2": "an example\n",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def test_one_file_stands_in_for_the_shipped_one(own: Path) -> None:
    templates = LayeredTemplates(own)
    files, before = (
        templates.files("tenancy", "namespace"),
        LayeredTemplates(own / "nowhere").files("tenancy", "namespace"),
    )
    assert files["limitrange.yaml.j2"] == OVERRIDE
    assert {name for name in before if files[name] != before[name]} == {"limitrange.yaml.j2"}
    assert templates.own("tenancy", "namespace") == ("limitrange.yaml.j2",)


def test_a_private_backend_is_one_among_the_others(own: Path) -> None:
    templates = LayeredTemplates(own)
    assert templates.backends("serving") == ("bentocloud", "bentoml", "mine")
    assert sorted(templates.files("serving", "mine")) == ["a.j2", "backend.yaml"]
    assert templates.owned() == (("serving", "mine"), ("tenancy", "namespace"))


def test_what_a_link_leads_to_is_no_part_of_a_backend(own: Path, tmp_path: Path) -> None:
    (own / "secret.j2").write_text("outside\n")
    (own / "templates/serving/mine/b.j2").symlink_to(own / "secret.j2")
    (own / "templates/serving/bentoml").symlink_to(own / "templates/serving/mine")
    templates = LayeredTemplates(own)
    assert "b.j2" not in templates.files("serving", "mine")
    assert templates.own("serving", "bentoml") == ()


def test_in_windlass_s_own_repository_nothing_stands_in_for_anything() -> None:
    assert LayeredTemplates(shipped("templates").parent).owned() == ()


def test_a_change_of_an_own_backend_is_judged_again(own: Path, tmp_path: Path) -> None:
    folder = trees.laid_out(tmp_path / "repo", git=True)
    assert trees.windlass(folder, "validate").returncode == 0
    assert "nothing has changed" in trees.windlass(folder, "validate").stderr
    (folder / "templates/serving/mine").mkdir(parents=True)
    (folder / "templates/serving/mine/backend.yaml").write_text(ABOUT)
    ran = trees.windlass(folder, "validate")
    assert ran.returncode == 1
    assert "no template `a.j2` beside backend.yaml" in ran.stdout
    (folder / "templates/serving/mine/a.j2").write_text("a\n")
    assert trees.windlass(folder, "validate").returncode == 0
    assert "nothing has changed" in trees.windlass(folder, "validate").stderr
