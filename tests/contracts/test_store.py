"""The contract of `ports.Store`, over every store there is."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from windlass.adapters.store import FolderStore
from windlass.model import digests
from windlass.model.failure import Findings, Refused, World
from windlass.ports import Store

Make = Callable[[str], Store]
NAME = st.text(st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="/\\"), min_size=1, max_size=12)
TREES = st.dictionaries(NAME.filter(lambda name: name not in (".", "..")), st.binary(max_size=200), max_size=6)


@pytest.fixture(params=["folder"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    return {"folder": lambda name: FolderStore(tmp_path / "stores" / name)}[request.param]


def write(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def read(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@given(data=st.binary(max_size=4096))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_come_back_under_their_own_digest(make: Make, data: bytes) -> None:
    store = make("a")
    digest = store.put(data)
    assert digest == digests.of_bytes(data)
    assert store.has(digest)
    assert store.get(digest) == data


@given(files=TREES)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_folder_comes_back_whole(
    make: Make, tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]
) -> None:
    store, place = make("a"), tmp_path_factory.mktemp("tree")
    digest = store.put_folder(write(place / "in", {f"deep/{name}": data for name, data in files.items()}))
    store.get_folder(digest, place / "out")
    assert read(place / "out") == read(place / "in")
    assert digest == digests.of_tree({name: digests.of_bytes(data) for name, data in read(place / "in").items()})
    assert store.has(digest)


def test_an_unknown_digest_is_the_worlds_fault(make: Make, tmp_path: Path) -> None:
    store, digest = make("a"), digests.of_bytes(b"never")
    assert not store.has(digest)
    for ask in (store.get, store.verify_folder, lambda it: store.get_folder(it, tmp_path / "out")):
        with pytest.raises(World) as caught:
            ask(digest)
        assert caught.value.diagnostics[0].code == "WL552"
    assert not (tmp_path / "out").exists()


def test_has_says_no_when_a_file_of_a_folder_is_gone(make: Make, tmp_path: Path) -> None:
    store = make("a")
    digest = store.put_folder(write(tmp_path / "in", {"a": b"1", "b": b"2"}))
    assert isinstance(store, FolderStore)
    blob(store, digests.of_bytes(b"2")).unlink()
    assert not store.has(digest)


def test_a_corrupt_file_is_refused_by_name_and_making_it_again_repairs_it(make: Make, tmp_path: Path) -> None:
    store = make("a")
    assert isinstance(store, FolderStore)
    digest = store.put_folder(write(tmp_path / "in", {"model.skops": b"weights"}))
    path = blob(store, digests.of_bytes(b"weights"))
    path.chmod(0o644)
    path.write_bytes(b"weighty")
    for ask in (store.verify_folder, lambda it: store.get_folder(it, tmp_path / "out")):
        with pytest.raises(Refused) as caught:
            ask(digest)
        found = caught.value.diagnostics[0]
        assert found.code == "WL421"
        assert str(path) in found.hint
    assert not (tmp_path / "out").exists()
    store.put_folder(tmp_path / "in")
    store.verify_folder(digest)


def test_records_are_named_and_listed(make: Make) -> None:
    store = make("a")
    assert store.record("candidates/a/b/1.json") is None
    store.write_record("candidates/a/b/1.json", b"one")
    store.write_record("candidates/a/b/1.json", b"two")
    store.write_record("candidates/a/c/2.json", b"three")
    assert store.record("candidates/a/b/1.json") == b"two"
    assert store.records("candidates/a/b") == ("candidates/a/b/1.json",)
    assert store.records("candidates") == ("candidates/a/b/1.json", "candidates/a/c/2.json")
    assert store.records("nothing") == ()


@pytest.mark.parametrize("name", ["../x", "/etc/x", "a/../b", "a//b", ""])
def test_a_record_cannot_leave_the_store(make: Make, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a record"):
        make("a").write_record(name, b"x")


def test_a_copy_is_verified_and_not_made_twice(make: Make, tmp_path: Path) -> None:
    one, two = make("a"), make("b")
    digest = one.put_folder(write(tmp_path / "in", {"x/y": b"1", "z": b"2"}))
    two.copy_from(one, digest)
    two.get_folder(digest, tmp_path / "out")
    assert read(tmp_path / "out") == {"x/y": b"1", "z": b"2"}
    single = one.put(b"alone")
    two.copy_from(one, single)
    assert two.get(single) == b"alone"
    assert isinstance(one, FolderStore)
    blob(one, digests.of_bytes(b"1")).unlink()
    two.copy_from(one, digest)


def test_a_copy_of_rotten_bytes_is_refused_and_keeps_nothing(make: Make, tmp_path: Path) -> None:
    one, two = make("a"), make("b")
    digest = one.put_folder(write(tmp_path / "in", {"x": b"right"}))
    assert isinstance(one, FolderStore)
    path = blob(one, digests.of_bytes(b"right"))
    path.chmod(0o644)
    path.write_bytes(b"wrong")
    with pytest.raises(Refused, match="holds other bytes"):
        two.copy_from(one, digest)
    assert not two.has(digest)
    assert not two.has(digests.of_bytes(b"wrong"))


def test_a_link_is_no_file_to_store(make: Make, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a": b"1"})
    (folder / "b").symlink_to("/etc/hostname")
    with pytest.raises(Findings) as caught:
        make("a").put_folder(folder)
    assert caught.value.diagnostics[0].code == "WL423"


@pytest.mark.parametrize("name", ["../out", "/abs", "a/../../b"])
def test_a_listing_that_leaves_the_folder_is_no_folder(make: Make, tmp_path: Path, name: str) -> None:
    store = make("a")
    digest = store.put(digests.canonical({name: store.put(b"x")}))
    with pytest.raises(World, match="is no folder"):
        store.get_folder(digest, tmp_path / "deep" / "out")
    assert not (tmp_path / "deep").exists()


def test_what_is_taken_out_cannot_be_edited_by_accident(make: Make, tmp_path: Path) -> None:
    store = make("a")
    digest = store.put_folder(write(tmp_path / "in", {"a": b"1"}))
    store.get_folder(digest, tmp_path / "out")
    assert not stat.S_IMODE((tmp_path / "out" / "a").stat().st_mode) & 0o222
    (tmp_path / "in" / "a").write_bytes(b"the writer goes on writing")
    store.verify_folder(digest)


def test_a_kill_while_writing_leaves_nothing_half_written(make: Make) -> None:
    store = make("a")
    assert isinstance(store, FolderStore)
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.store import FolderStore\n"
        "class Cut:\n"
        "    def read(self, size):\n"
        "        if getattr(self, 'once', False):\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        self.once = True\n"
        "        return b'x' * size\n"
        "FolderStore(Path(sys.argv[1]))._blobs.take(Cut())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(store.path)], env=environment(), check=False)
    assert ended.returncode == -9
    assert len(list((store.path / "tmp").iterdir())) == 1
    store.put(b"next")
    assert list((store.path / "tmp").iterdir()) == []
    assert [path.read_bytes() for path in (store.path / "blobs").rglob("*") if path.is_file()] == [b"next"]


def test_what_another_machine_writes_is_left_alone_for_days(make: Make) -> None:
    store = make("here")
    store.put(b"first")
    theirs = store.path / "tmp" / f"{2**22 + 1}-1-0@another"
    theirs.write_bytes(b"half")
    make("here").put(b"second")
    assert theirs.exists()
    os.utime(theirs, (0, 0))
    make("here").put(b"third")
    assert not theirs.exists()


def test_a_full_disk_is_said_and_leaves_nothing(make: Make) -> None:
    store = make("a")
    assert isinstance(store, FolderStore)
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.store import FolderStore\n"
        "from windlass.model.failure import World\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    FolderStore(Path(sys.argv[1])).put(b'x' * 5000)\n"
        "except World as failure:\n"
        "    print(failure.diagnostics[0].code)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program, str(store.path)], env=environment(), check=True, capture_output=True, text=True
    )
    assert asked.stdout == "WL550\n"
    assert [path for path in store.path.rglob("*") if path.is_file()] == []


def blob(store: FolderStore, digest: str) -> Path:
    return store.path / "blobs" / "sha256" / digest[7:9] / digest[7:]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
