"""Whole or not at all."""

import errno

import pytest

from windlass.adapters.files import DiskFiles
from windlass.model.failure import World


def test_write_and_read(tmp_path):
    files, path = DiskFiles(), tmp_path / "a" / "b ü.txt"
    files.write(path, b"one")
    assert files.read(path) == b"one"
    assert files.read(tmp_path / "none") is None


def test_equal_bytes_are_left_alone(tmp_path):
    files, path = DiskFiles(), tmp_path / "a"
    files.write(path, b"one")
    before = path.stat().st_ino
    files.write(path, b"one")
    assert path.stat().st_ino == before


class FullDisk(DiskFiles):
    def _replace(self, path, data):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_the_worlds_fault_and_keeps_the_old_bytes(tmp_path):
    path = tmp_path / "a"
    DiskFiles().write(path, b"old")
    with pytest.raises(World) as caught:
        FullDisk().write(path, b"new")
    assert caught.value.diagnostics[0].code == "WL550"
    assert path.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a"]


def test_a_file_where_a_folder_must_be(tmp_path):
    (tmp_path / "a").write_bytes(b"")
    with pytest.raises(World) as caught:
        DiskFiles().write(tmp_path / "a" / "b", b"x")
    assert caught.value.diagnostics[0].code == "WL551"


def test_links_are_not_walked(tmp_path):
    (tmp_path / "real").write_bytes(b"")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [path.name for path in DiskFiles().walk(tmp_path)] == ["real"]
