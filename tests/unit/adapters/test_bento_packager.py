"""Bentos: the same content gives the same bytes, another content another bento, and misfits are said before anything serves."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.fixtures.model_env import DIGITS, Trained
from windlass.adapters.bento_packager import BentoPackager, tree_digest
from windlass.model import digests
from windlass.model.failure import Findings, World


@pytest.fixture
def packager(tmp_path: Path) -> Iterator[BentoPackager]:
    made = BentoPackager(tmp_path)
    yield made
    made.close()


def test_two_builds_in_two_places_are_byte_equal(
    model_python: Path, models: dict[str, Trained], model_lock: bytes, tmp_path: Path
) -> None:
    found = []
    for place in ("a", "b"):
        packager = BentoPackager(tmp_path / place)
        digits = models["digits"]
        found.append(packager.build(model_python, "vision-digits", digits.folder, digits.contract, model_lock))
        packager.close()
    (one, first), (two, second) = found
    assert one == two
    assert one.digest == tree_digest(first) == tree_digest(second)
    assert one.tag.startswith("vision-digits:")
    info = yaml.safe_load((first / "bento.yaml").read_text())
    assert f"{info['name']}:{info['version']}" == one.tag
    assert info["creation_time"].startswith("1970-01-01")
    assert (first / "env/python/requirements.txt").read_bytes() == model_lock
    assert (first / "src/contract.json").read_bytes() == digits.contract
    text = b"".join(
        path.read_bytes() for path in first.rglob("*") if path.suffix in (".yaml", ".json", ".py", ".txt", ".md")
    )
    assert str(tmp_path).encode() not in text
    assert not list(first.rglob("__pycache__"))


def test_one_worker_builds_many_and_a_known_one_is_not_built_again(
    packager: BentoPackager, model_python: Path, models: dict[str, Trained]
) -> None:
    packager.warm(model_python)
    pins = {}
    for name, one in models.items():
        pins[name], folder = packager.build(model_python, name, one.folder, one.contract, b"")
        fields = [field["name"] for field in json.loads(one.contract)["input"]]
        routes = yaml.safe_load((folder / "bento.yaml").read_text())["schema"]["routes"]
        assert list(routes[0]["input"]["properties"]) == fields
    assert pins["digits"].digest != pins["sugar"].digest
    again, folder = packager.build(
        Path("/no/python"), "digits", models["digits"].folder, models["digits"].contract, b""
    )
    assert again == pins["digits"]
    other = digests.canonical({**DIGITS, "output": DIGITS["output"][:1]})
    changed, _ = packager.build(model_python, "digits", models["digits"].folder, other, b"")
    assert changed.digest != again.digest
    assert changed.tag != again.tag


def test_a_contract_that_does_not_fit_is_a_finding(
    packager: BentoPackager, model_python: Path, models: dict[str, Trained]
) -> None:
    with pytest.raises(Findings) as caught:
        packager.build(model_python, "digits", models["sugar"].folder, models["digits"].contract, b"")
    assert caught.value.diagnostics[0].code == "WL523"
    assert "makes 64 columns, the model was trained on 10" in caught.value.diagnostics[0].message


def test_an_interpreter_without_bentoml_is_told(packager: BentoPackager, models: dict[str, Trained]) -> None:
    with pytest.raises(World) as caught:
        packager.build(Path(sys.executable), "digits", models["digits"].folder, models["digits"].contract, b"")
    assert caught.value.diagnostics[0].code == "WL525"
    assert "No module named 'bentoml'" in caught.value.output


@pytest.mark.slow
@pytest.mark.parametrize("point", ["bento.built", "bento.kept"])
def test_a_kill_leaves_a_bento_whole_or_absent(
    point: str, model_python: Path, models: dict[str, Trained], tmp_path: Path
) -> None:
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.bento_packager import BentoPackager\n"
        f"def point(name):\n    if name == {point!r}: os.kill(os.getpid(), signal.SIGKILL)\n"
        "root, python, model, contract = map(Path, sys.argv[1:])\n"
        "BentoPackager(root, point).build(python, 'digits', model, contract.read_bytes(), b'')\n"
    )
    contract = tmp_path / "contract.json"
    contract.write_bytes(models["digits"].contract)
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    words = [sys.executable, "-c", program, tmp_path, model_python, models["digits"].folder, contract]
    assert subprocess.run(words, env=paths, check=False).returncode == -signal.SIGKILL
    packager = BentoPackager(tmp_path)
    pin, folder = packager.build(model_python, "digits", models["digits"].folder, models["digits"].contract, b"")
    packager.close()
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    shutil.rmtree(folder)
    packager = BentoPackager(tmp_path)
    assert packager.build(model_python, "digits", models["digits"].folder, models["digits"].contract, b"")[0] == pin
    packager.close()


def test_what_bentoml_refuses_is_told(
    packager: BentoPackager, model_python: Path, models: dict[str, Trained], tmp_path: Path
) -> None:
    with pytest.raises(World) as caught:
        packager.build(model_python, "not a tag", models["digits"].folder, models["digits"].contract, b"")
    assert caught.value.diagnostics[0].code == "WL524"
    assert not list(tmp_path.rglob("bento.yaml"))
