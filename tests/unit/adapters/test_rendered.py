"""A folder of rendered files holds nothing else, follows no link, and is nobody else's (WL615)."""

import os
from pathlib import Path

import pytest

from windlass.adapters.rendered import MARK, PART, RenderedFolder
from windlass.model.failure import Usage


def write(folder: Path, files: dict[str, bytes], root: Path | None = None) -> RenderedFolder:
    out = RenderedFolder(folder, root or folder.parent / "repo")
    out.begin()
    for path, data in files.items():
        out.put(path, data)
    folders: dict[str, list[str]] = {}
    for path in files:
        folder, _, name = path.rpartition("/")
        folders.setdefault(folder, []).append(name)
    out.settle(folders)
    out.keep(set(folders), set(folders))
    return out


def held(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink() and path.name != MARK
    }


FILES = {"a/x.yaml": b"x", "a/y.yaml": b"y", "b/c/z.yaml": b"z", "top.yaml": b"t", ".h/i.yaml": b"i"}


def test_it_holds_what_was_put_and_nothing_else(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write(out, FILES)
    assert held(out) == FILES
    for name in ("a/new", "stray", "b/stray", "b/c/.hidden/x", "d/e/f", "a/.x", ".windlass-part/a/x.yaml"):
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(b"mine")
    (out / "empty").mkdir()
    os.mkfifo(out / "a/fifo")
    (out / "a/link").symlink_to(tmp_path)
    (out / "a/x.yaml").unlink()
    (out / "a/x.yaml").mkdir()
    (out / "a/y.yaml").unlink()
    os.mkfifo(out / "a/y.yaml")
    write(out, FILES)
    assert held(out) == FILES
    assert sorted(path.name for path in out.rglob("*")) == sorted(
        [MARK, "a", "x.yaml", "y.yaml", "b", "c", "z.yaml", "top.yaml", ".h", "i.yaml"]
    )


def test_what_stays_the_same_is_the_same_file(tmp_path: Path) -> None:
    write(tmp_path / "out", FILES)
    before = (tmp_path / "out/a/x.yaml").stat()
    write(tmp_path / "out", FILES | {"a/y.yaml": b"other"})
    assert (tmp_path / "out/a/x.yaml").stat() == before


def test_links_are_not_followed(tmp_path: Path) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    write(out, FILES)
    (out / "a").rename(other)
    (other / "precious").write_bytes(b"mine")
    (out / "a").symlink_to(other)
    (out / "top.yaml").rename(tmp_path / "top")
    (out / "top.yaml").symlink_to(tmp_path / "top")
    assert RenderedFolder(out, tmp_path).stamp("a") == ""
    write(out, FILES)
    assert held(out) == FILES
    assert not any(path.is_symlink() for path in out.rglob("*"))
    assert (other / "precious").read_bytes() == b"mine"
    assert (tmp_path / "top").read_bytes() == b"t"


def test_a_stamp_tells_of_everything(tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = write(out, FILES)

    def edited() -> None:
        before = (out / "a/x.yaml").stat()
        (out / "a/x.yaml").write_bytes(b"X")
        os.utime(out / "a/x.yaml", ns=(before.st_atime_ns, before.st_mtime_ns))

    def swapped() -> None:
        for old, new in (("x", "t"), ("y", "x"), ("t", "y")):
            (out / f"a/{old}.yaml").rename(out / f"a/{new}.yaml")

    for change in (
        edited,
        lambda: (out / "a/new").write_bytes(b""),
        lambda: (out / "a/new").unlink(),
        lambda: (out / "a/.x").mkdir(),
        lambda: (out / "a/.x/y").write_bytes(b""),
        swapped,
    ):
        before = folder.stamp("a")
        change()
        assert folder.stamp("a") != before


def test_a_stamp_tells_of_folders_that_changed_places(tmp_path: Path) -> None:
    out = tmp_path / "out"
    folder = write(out, {"a/p/x.yaml": b"p", "a/q/x.yaml": b"q"})
    files = [out / "a/p/x.yaml", out / "a/q/x.yaml"]
    for _ in range(1000):
        for file in files:
            file.touch()
        if len({file.stat().st_ctime_ns for file in files}) == 1:
            break
    else:
        pytest.skip("no two files change at the same time here, as the clock of this system has it")
    before = folder.stamp("a")
    for old, new in (("p", "t"), ("q", "p"), ("t", "q")):
        (out / "a" / old).rename(out / "a" / new)
    assert folder.stamp("a") != before


def test_what_is_not_put_in_place_leaves_no_trace(tmp_path: Path) -> None:
    out = RenderedFolder(tmp_path / "out", tmp_path / "repo")
    out.begin()
    out.put("a/x", b"x")
    out.abandon()
    assert not (tmp_path / "out").exists()
    write(tmp_path / "out", FILES)
    out.begin()
    out.put("a/x.yaml", b"new")
    out.abandon()
    assert held(tmp_path / "out") == FILES
    assert not (tmp_path / "out" / PART).exists()


@pytest.mark.parametrize(
    "place",
    [".", "..", "specs/x", "specs", "environments/dev/out", ".git/out", ".windlass/x", "templates/x", "full", "file"],
)
def test_it_is_a_folder_of_its_own(place: str, tmp_path: Path) -> None:
    root = tmp_path / "above/repo"
    for name in ("specs", ".git", "full"):
        (root / name).mkdir(parents=True)
    (root / "full/mine").write_bytes(b"mine")
    (root / "file").write_bytes(b"mine")
    (tmp_path / "above" / MARK).write_bytes(b"")
    before = held(tmp_path)
    with pytest.raises(Usage) as caught:
        RenderedFolder((root / place).resolve(), root).begin()
    assert caught.value.diagnostics[0].code == "WL615"
    assert held(tmp_path) == before


def test_a_folder_that_git_tracks_may_be_one(tmp_path: Path) -> None:
    (tmp_path / "out/.git").mkdir(parents=True)
    (tmp_path / "out/.git/HEAD").write_bytes(b"ref")
    write(tmp_path / "out", FILES)
    assert held(tmp_path / "out") == FILES | {".git/HEAD": b"ref"}
