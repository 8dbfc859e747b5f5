"""Every folder under templates/ with a backend.yaml: its examples become what they must, byte for byte, twice.

A new backend is found here without an edit. ``make golden`` writes the expected files anew, which a person then reads.
"""

import os
from pathlib import Path

import pytest
import yaml

from windlass.engine import backend as reading
from windlass.engine import render
from windlass.model import workload
from windlass.model.backend import KINDS as KINDS_OF_AXES

ROOT = Path(__file__).parents[2] / "templates"
BACKENDS = sorted(path.parent for path in ROOT.glob("*/*/backend.yaml"))
CASES = sorted(path.parent for backend in BACKENDS for path in backend.glob("examples/*/input.yaml"))
KINDS = {
    kind.__name__: kind
    for kind in (
        workload.Access,
        workload.ImageRecipe,
        workload.LogStream,
        workload.Monitor,
        workload.Pipeline,
        workload.Secret,
        workload.Service,
        workload.Tenancy,
        workload.Tracking,
    )
}


def named(paths):
    return [pytest.param(path, id=path.relative_to(ROOT).as_posix()) for path in paths]


def files(backend: Path) -> dict[str, str]:
    paths = [backend / "backend.yaml", *backend.rglob("*.j2")]
    return {path.relative_to(backend).as_posix(): path.read_text("utf-8") for path in paths}


def declared(backend: Path) -> dict:
    return yaml.safe_load((backend / "backend.yaml").read_text("utf-8"))


def example(case: Path):
    kind = KINDS[declared(case.parents[1])["workload"]]
    return kind.model_validate(yaml.safe_load((case / "input.yaml").read_text("utf-8")))


@pytest.mark.parametrize("backend", named(BACKENDS))
def test_a_backend_is_complete(backend):
    about = declared(backend)
    assert (about["axis"], about["name"]) == (backend.parent.name, backend.name)
    assert (about["axis"], about["workload"]) in KINDS_OF_AXES.items()
    assert reading.read(about["axis"], about["name"], files(backend))[1] == ()
    told = (backend / "README.md").read_text("utf-8")
    assert [one["name"] for one in about.get("options", []) if f"| `{one['name']}` |" not in told] == []
    whole = {name for name in files(backend) if not name.startswith("_")}
    assert {entry["template"] for entry in about["documents"]} == whole - {"backend.yaml"}
    assert (backend / "README.md").read_text("utf-8").startswith("# ")
    assert any(case.is_relative_to(backend) for case in CASES), "a backend has at least one example"


@pytest.mark.parametrize("case", named(CASES))
def test_an_example_becomes_what_it_must(case):
    rendered = render.render(files(case.parents[1]), example(case))
    again = render.render(files(case.parents[1]), example(case))
    assert again == rendered
    if os.environ.get("WINDLASS_GOLDEN"):
        write(case / "expected", rendered)
    expected = {
        path.relative_to(case / "expected").as_posix(): path
        for path in (case / "expected").rglob("*")
        if path.is_file()
    }
    assert sorted(rendered) == sorted(expected)
    for path, data in rendered.items():
        assert data.decode() == expected[path].read_text("utf-8"), path


@pytest.mark.parametrize("case", named(CASES))
def test_nothing_of_the_template_is_left(case):
    for path, data in render.render(files(case.parents[1]), example(case)).items():
        assert not {mark for mark in ("[=", "=]", "[%", "%]", "None") if mark in data.decode()}, path
        assert data.endswith(b"\n"), path


def write(folder: Path, rendered: dict[str, bytes]) -> None:
    assert not os.environ.get("CI"), "expected files are written by people, never by CI"
    for path in folder.rglob("*"):
        if path.is_file() and path.relative_to(folder).as_posix() not in rendered:
            path.unlink()
    for path, data in rendered.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
