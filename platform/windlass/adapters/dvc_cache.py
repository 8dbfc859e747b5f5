"""DVC's cache of results, read without DVC: what content is called, whether it is here, and putting it at a path.

The layout is DVC 3's: a file is `files/md5/ab/cdef…`; a folder is a JSON list of its files, under the list's md5 and
`.dir`. What DVC leaves out of folders (`.dvcignore`) is left out by keeping it out of the work folder.
"""

import hashlib
import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from windlass.adapters.files import trouble
from windlass.engine.dvchash import FOLDER, of_folder
from windlass.model.failure import World

MD5 = re.compile(r"[0-9a-f]{32}(\.dir)?")


class DvcCache:
    """One cache folder. Nothing is ever written into it; DVC does that. What turns out to be damaged is taken out, because DVC
    would not put the right bytes over it."""

    def __init__(self, folder: Path) -> None:
        self._files = folder / "files" / "md5"

    def md5(self, path: Path) -> str | None:
        """What DVC calls the content of a file or folder; None where there is nothing."""
        if path.is_dir():
            return of_folder({file.relative_to(path).as_posix(): _of_file(file) for file in _below(path)})
        return _of_file(path) if path.is_file() else None

    def holds(self, md5: str) -> bool:
        """Whether the content is here whole: for a folder, its list and each file on it. Their bytes are looked at when they
        are taken."""
        if not MD5.fullmatch(md5) or not self._path(md5).is_file():
            return False
        if not md5.endswith(FOLDER):
            return True
        members = self._members(md5)
        if members is None:
            self._path(md5).unlink(missing_ok=True)
            return False
        return all(self._path(part).is_file() for part in members.values())

    def read(self, md5: str) -> bytes | None:
        """A file's bytes; None where they are not here. Raises `World` (WL553) where they are others."""
        path = self._path(md5)
        if not path.is_file():
            return None
        if _of_file(path) != md5:
            raise self._damaged(md5)
        return path.read_bytes()

    def restore(self, md5: str, path: Path) -> None:
        """Make a path hold this content. What holds it already is left alone; anything else there is replaced, and a kill
        in between leaves either nothing or the whole. Raises `World` (WL553) where the cache holds other bytes."""
        if self.md5(path) == md5:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            with tempfile.TemporaryDirectory(dir=path.parent, prefix=".windlass-") as beside:
                made = Path(beside, "content")
                self._write(md5, made)
                if self.md5(made) != md5:
                    raise self._damaged(md5)
                made.replace(path)
        except OSError as error:
            raise trouble(path, error, "written") from error

    def _write(self, md5: str, target: Path) -> None:
        if not md5.endswith(FOLDER):
            shutil.copyfile(self._path(md5), target)
            return
        target.mkdir()
        for relative, part in (self._members(md5) or {}).items():
            file = target / relative
            file.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(self._path(part), file)

    def _members(self, md5: str) -> dict[str, str] | None:
        """The md5 of each file of a folder; None where its list cannot be read."""
        try:
            entries = json.loads(self._path(md5).read_bytes())
            found = {entry["relpath"]: entry["md5"] for entry in entries}
        except (ValueError, KeyError, TypeError):
            return None
        return found if all(MD5.fullmatch(part) for part in found.values()) else None

    def _damaged(self, md5: str) -> World:
        """Where one file is damaged others may be: all of them are looked at, once."""
        damaged = [path for path in _below(self._files) if _of_file(path) != self._name(path).removesuffix(FOLDER)]
        for path in damaged:
            path.unlink(missing_ok=True)
        message = f"DVC's cache at `{self._files}` holds other bytes for {md5} than were put there"
        counted = "1 damaged file was" if len(damaged) == 1 else f"{len(damaged)} damaged files were"
        hint = f"run the same command again: {counted} taken out of the cache, and the stages that made them run again"
        return World.one("WL553", message, hint)

    def _name(self, path: Path) -> str:
        return path.parent.name + path.name

    def _path(self, md5: str) -> Path:
        return self._files / md5[:2] / md5[2:]


def _below(folder: Path) -> list[Path]:
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names]


def _of_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
