"""Wheels for pods: a folder must have all of a lock, and an index is asked for what pods run on, not for what this machine is."""

from pathlib import Path

import pytest

from tests.wheels import wheel
from windlass.adapters.wheels import FolderWheels, IndexWheels
from windlass.model.failure import Findings, World

POD = "cp311-cp311-manylinux_2_17_x86_64"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What pip takes for its index."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return tmp_path / "index"


def test_a_folder_with_all_of_a_lock_and_more(tmp_path: Path) -> None:
    lock = wheel(tmp_path, "pears") + wheel(tmp_path, "plums", tag=POD)
    wheel(tmp_path, "others")
    windows = wheel(tmp_path / "elsewhere", "winter").replace(" --hash", " ; sys_platform == 'win32' --hash")
    assert FolderWheels(tmp_path).folder((lock + windows).encode()) == tmp_path


def test_a_folder_with_nothing_of_a_lock(tmp_path: Path) -> None:
    lock = wheel(tmp_path / "elsewhere", "pears")
    wheel(tmp_path, "pears", text="VALUE = 2\n")
    assert FolderWheels(tmp_path).folder(lock.encode()) is None


@pytest.mark.parametrize("tag", ["", "cp311-cp311-macosx_11_0_arm64", "cp312-cp312-manylinux_2_17_x86_64"])
def test_a_folder_with_a_part_of_a_lock_names_what_is_missing(tmp_path: Path, tag: str) -> None:
    lock = wheel(tmp_path, "pears") + wheel(tmp_path if tag else tmp_path / "elsewhere", "plums", tag=tag or POD)
    with pytest.raises(Findings) as caught:
        FolderWheels(tmp_path).folder(lock.encode())
    assert caught.value.diagnostics[0].code == "WL563"
    assert "plums" in caught.value.output
    assert "pears" not in caught.value.output


def test_pods_on_arm_are_served_from_a_folder(tmp_path: Path) -> None:
    lock = wheel(tmp_path, "plums", tag="cp311-cp311-manylinux_2_17_aarch64")
    assert FolderWheels(tmp_path).folder(lock.encode()) == tmp_path


def test_an_index_is_asked_once_for_what_pods_run_on(tmp_path: Path, index: Path) -> None:
    (tmp_path / "mac").mkdir()
    mac = wheel(index, "plums", tag="cp311-cp311-macosx_11_0_arm64").split("--hash")[1].strip()
    lock = wheel(index, "pears") + wheel(index, "plums", tag=POD).rstrip() + f" --hash{mac}\n"
    source = IndexWheels(tmp_path / "below")
    folder = source.folder(lock.encode())
    assert folder is not None
    assert sorted(path.name for path in folder.iterdir()) == ["pears-1.0-py3-none-any.whl", f"plums-1.0-{POD}.whl"]
    for path in index.iterdir():
        path.unlink()
    assert source.folder(f"# a comment\n{lock}".encode()) == folder


def test_an_index_with_other_bytes_or_none_for_pods(tmp_path: Path, index: Path) -> None:
    elsewhere = wheel(tmp_path / "elsewhere", "pears")
    wheel(index, "pears", text="VALUE = 2\n")
    mac = wheel(index, "plums", tag="cp311-cp311-macosx_11_0_arm64")
    for lock in (elsewhere, mac):
        with pytest.raises(Findings) as caught:
            IndexWheels(tmp_path / "below").folder(lock.encode())
        assert caught.value.diagnostics[0].code == "WL563"


def test_no_index_is_the_world_s_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(World) as caught:
        IndexWheels(tmp_path / "below").folder(wheel(tmp_path, "pears").encode())
    assert caught.value.diagnostics[0].code == "WL561"
