"""DVC's cache without DVC: content has the names that DVC gives it, and comes back whole."""

import pytest

from windlass.adapters.dvc_cache import DvcCache
from windlass.engine import dvchash

FILES = {"a.txt": b"1", "b": b"", "käse und brot/c.txt": b"2", "käse.txt": b"3"}


def fill(folder):
    for path, data in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


@pytest.fixture
def cached(tmp_path, monkeypatch):
    """A cache into which the real DVC has put a folder and a file; the md5s that DVC gave them."""
    monkeypatch.setenv("DVC_NO_ANALYTICS", "1")
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    from dvc.repo import Repo

    work = tmp_path / "work"
    work.mkdir()
    fill(work / "out")
    (work / "file.bin").write_bytes(b"\x00\r\n\xff")
    monkeypatch.chdir(work)
    with Repo.init(".", no_scm=True) as repo:
        stages = repo.add(["out", "file.bin"])
        md5 = {out.def_path: out.hash_info.value for stage in stages for out in stage.outs}
        return DvcCache(work / ".dvc" / "cache"), md5, work


def test_content_has_dvc_s_names(cached):
    cache, md5, work = cached
    assert {path: cache.md5(work / path) for path in md5} == md5
    assert dvchash.within({f"out/{path}": data for path, data in FILES.items()}, "out") == md5["out"]
    assert cache.md5(work / "absent") is None


def test_it_comes_back_whole(cached, tmp_path):
    cache, md5, _ = cached
    assert cache.holds(md5["out"])
    target = tmp_path / "back" / "out"
    cache.restore(md5["out"], target)
    assert {path: (target / path).read_bytes() for path in FILES} == FILES
    cache.restore(md5["file.bin"], target)
    assert target.read_bytes() == b"\x00\r\n\xff"
    assert cache.read(md5["file.bin"]) == b"\x00\r\n\xff"


def test_what_is_there_already_is_left_alone(cached, tmp_path):
    cache, md5, work = cached
    before = (work / "out").stat().st_mtime_ns
    cache.restore(md5["out"], work / "out")
    assert (work / "out").stat().st_mtime_ns == before


def test_a_folder_that_lacks_a_file_is_not_held(cached):
    cache, md5, work = cached
    part = dvchash.of_file(b"2")
    (work / ".dvc" / "cache" / "files" / "md5" / part[:2] / part[2:]).unlink()
    assert not cache.holds(md5["out"])
    assert cache.holds(md5["file.bin"])


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "x" * 32, "0" * 31])
def test_what_is_no_name_is_not_held(cached, name):
    assert not cached[0].holds(name)
