"""`step` where no run is needed: what a service needs is fetched, what cannot be meant is told, and what travels is chosen."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.points import FETCHED
from tests.transcript import ROOT
from tests.wheels import wheel
from windlass.adapters.interpreters import UvInterpreters
from windlass.adapters.store import FolderStore
from windlass.flows.steps import wheels
from windlass.model import digests

DIGEST = "sha256:" + "0" * 64
RUN = ["--model", "a/b", "--environment", "dev", "--code", DIGEST, "--lock", DIGEST, "--spec", DIGEST, "--out", "out"]


class Pod:
    """An empty folder, a store, and the command that an init container runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "pod"
        self.folder.mkdir()
        self.store = FolderStore(folder / "store")
        self.wheels = folder / "wheels"

    def bento(self, lock: bytes) -> str:
        top = self.folder.parent / "made"
        (top / "env/python").mkdir(parents=True, exist_ok=True)
        (top / "env/python/requirements.txt").write_bytes(lock)
        (top / "bento.yaml").write_text("service: here\n")
        return self.store.put_folder(top)

    def keep(self, lock: bytes) -> None:
        """What `upload` does with wheels."""
        files = {path.name: self.store.put(path.read_bytes()) for path in self.wheels.iterdir()}
        self.store.write_record(wheels.record(lock), self.store.put(digests.canonical(files)).encode())

    def says(self, *words: str, point: str = "") -> "subprocess.CompletedProcess[str]":
        """The command; with a ``point`` it gets SIGKILL there."""
        path = os.pathsep.join((str(ROOT), str(ROOT / "platform")))
        own = {"PYTHONPATH": path, "HOME": str(self.folder), "PATH": os.defpath}
        start = [str(ROOT / "tests/e2e/killed.py"), "SIGKILL", point] if point else ["-m", "windlass"]
        command = [sys.executable, *start, "step", *words, "--store", str(self.store.path)]
        return subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, check=False)

    def fetch(self, digest: str, point: str = "") -> "subprocess.CompletedProcess[str]":
        where = ("--bento", "home/bento", "--library", "home/lib")
        return self.says("fetch", "--digest", digest, *where, point=point)


@pytest.fixture
def pod(tmp_path: Path) -> Pod:
    return Pod(tmp_path)


def test_a_bento_and_the_wheels_of_its_lock_are_fetched_and_a_second_time_nothing_is_done(pod: Pod) -> None:
    lock = wheel(pod.wheels, "pears", text="VALUE = 7\n").encode()
    digest = pod.bento(lock)
    pod.keep(lock)
    done = pod.fetch(digest)
    assert done.returncode == 0, done.stderr
    assert (pod.folder / "home/bento/bento.yaml").read_text() == "service: here\n"
    library = pod.folder / "home/lib"
    asked = [sys.executable, "-S", "-c", "import pears; print(pears.VALUE)"]
    answer = subprocess.run(asked, env={"PYTHONPATH": str(library)}, capture_output=True, text=True, check=True)
    assert answer.stdout == "7\n"
    before = (library / "pears.py").stat()
    assert pod.fetch(digest).returncode == 0
    assert (library / "pears.py").stat() == before
    assert [path.name for path in pod.folder.iterdir()] == ["home"], "an image's own folder cannot be written"
    assert sorted(path.name for path in (pod.folder / "home").iterdir()) == ["bento", "lib"]


def test_a_bento_alone_is_fetched_for_an_image_that_has_the_packages(pod: Pod) -> None:
    digest = pod.bento(wheel(pod.wheels, "pears").encode())
    done = pod.says("fetch", "--digest", digest, "--bento", "home/bento")
    assert (done.returncode, "packages" in done.stderr) == (0, False), done.stderr
    assert [path.name for path in (pod.folder / "home").iterdir()] == ["bento"]


def test_an_image_gets_the_interpreter_of_a_lock_beside_windlass(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "image"], check=True)
    site = next(path for path in sys.path if path.endswith("site-packages"))
    (tmp_path / "requirements.lock").write_text("# nothing but Python\n")
    own = {"PYTHONPATH": os.pathsep.join((str(ROOT / "platform"), site)), "PATH": os.defpath, "HOME": str(tmp_path)}
    command = [tmp_path / "image/bin/python", "-m", "windlass", "step", "install", "requirements.lock"]
    done = subprocess.run(command, cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "image/share/windlass/envs").glob("*/bin/python")
    assert UvInterpreters(tmp_path / "none", tmp_path / "image/share/windlass").path(b"") == made
    assert not (tmp_path / ".cache/windlass").exists()


def test_what_a_kill_left_and_another_lock_are_replaced(pod: Pod) -> None:
    lock = wheel(pod.wheels, "pears").encode()
    pod.keep(lock)
    digest = pod.bento(lock)
    for left in (".lib.part", "lib"):
        (pod.folder / "home" / left).mkdir(parents=True)
        (pod.folder / "home" / left / "half.py").write_text("")
    assert pod.fetch(digest).returncode == 0
    assert sorted(path.name for path in (pod.folder / "home").iterdir()) == ["bento", "lib"]
    assert not (pod.folder / "home/lib/half.py").exists()


def test_killed_at_every_point_the_next_one_finishes(pod: Pod) -> None:
    lock = wheel(pod.wheels, "pears").encode()
    pod.keep(lock)
    digest = pod.bento(lock)
    for point in FETCHED:
        assert pod.fetch(digest, point).returncode == -9
    assert pod.fetch(digest).returncode == 0
    assert sorted(path.name for path in (pod.folder / "home").iterdir()) == ["bento", "lib"]


def test_a_wheel_with_other_bytes_is_not_installed(pod: Pod) -> None:
    lock = wheel(pod.wheels, "pears").encode()
    wheel(pod.wheels, "pears", text="VALUE = 'another'\n")
    pod.keep(lock)
    done = pod.fetch(pod.bento(lock))
    assert (done.returncode, "WL562" in done.stderr) == (5, True), done.stderr
    assert not (pod.folder / "home/lib").exists()


def test_without_wheels_the_world_is_told(pod: Pod) -> None:
    done = pod.fetch(pod.bento(b"pears==1.0 --hash=sha256:" + b"0" * 64 + b"\n"))
    assert (done.returncode, done.stderr.count("WL552")) == (5, 1), done.stderr


def test_a_lock_without_packages_needs_no_wheels(pod: Pod) -> None:
    done = pod.fetch(pod.bento(b"# nothing but Python\n"))
    assert done.returncode == 0, done.stderr


def test_a_bento_with_other_bytes_is_refused(pod: Pod) -> None:
    digest = pod.bento(b"")
    (blob,) = (path for path in pod.store.path.rglob("*") if path.is_file() and path.read_bytes() == b"service: here\n")
    blob.chmod(0o644)
    blob.write_text("service: elsewhere\n")
    done = pod.fetch(digest)
    assert (done.returncode, "WL421" in done.stderr) == (4, True), done.stderr


@pytest.mark.parametrize(
    ("words", "exit_code", "told"),
    [
        (["run", "fit"], 2, "needs --model"),
        (["fetch"], 2, "needs --digest"),
        (["dance"], 2, "cannot `dance`"),
        (["run", "fit", *RUN, "--data", "vision/digits"], 2, "is no revision"),
        (["run", "fit", *RUN], 5, "WL552"),
    ],
    ids=["run", "fetch", "no such word", "data", "an empty store"],
)
def test_what_is_missing_is_named(pod: Pod, words: list[str], exit_code: int, told: str) -> None:
    done = pod.says(*words)
    assert (done.returncode, told in done.stderr) == (exit_code, True), done.stderr
    assert "Traceback" not in done.stderr
