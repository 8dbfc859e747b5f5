"""A folder of rendered files that holds nothing else: what is new is written beside it first, and put in place at the end.

A kill before the end changes nothing, one amid it leaves files that are each old or new; the next call finishes either. Files
that have not changed stay the very same files. A folder that Windlass did not render is not touched.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from windlass.adapters import survey
from windlass.adapters.files import trouble
from windlass.model.failure import Usage

MARK = ".windlass-rendered"
PART = ".windlass-part"
"""Where new files wait."""


class RenderedFolder:
    """`ports.Rendered` on the disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._top, self._part = str(folder), str(folder / PART)
        self._there: dict[str, bool] = {}
        """Folders that new files were made in, and whether the output had them before."""

    def begin(self) -> None:
        """Look whether the folder may be written, and clear away what a kill left. Raises `Usage` (WL606) where it is somebody
        else's."""
        there = {name for name, _ in survey.entries(self._top)} - {PART, ".git"}
        if there and MARK not in there:
            message = f"`{self.folder.name}` holds files that were not rendered: `{min(there)}`"
            raise Usage.one("WL606", message, "name a folder that is empty or absent; what it holds is replaced")
        shutil.rmtree(self._part, ignore_errors=True)
        self._write(MARK, b"Everything here is written by `windlass render` and replaced by the next one.\n")

    def put(self, path: str, data: bytes) -> None:
        """A file that will be there."""
        try:
            self._write(path, data)
        except OSError as error:
            raise trouble(self.folder / path, error, "written") from error

    def settle(self, folders: Mapping[str, Iterable[str]]) -> None:
        """Put in place what was written: ``folders`` hold these files now, and no others."""
        try:
            _moved(self._part, self._top)
            for folder, names in folders.items():
                kept = set(names)
                for name, kind in survey.entries(f"{self._top}/{folder}"):
                    if kind != "folder" and name not in kept:
                        os.unlink(f"{self._top}/{folder}/{name}")
        except OSError as error:
            raise trouble(self.folder, error, "written") from error

    def abandon(self) -> None:
        """What was written is not put in place."""
        shutil.rmtree(self._part, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir(self._top)

    def stamp(self, folder: str, names: Iterable[str] | None = None) -> str:
        """What a folder looks like, or some files of it: another one where a file of it changed, is new or gone."""
        if names is None:
            return survey.stamp(f"{self._top}/{folder}")[0]
        return "/".join(survey.mark(f"{self._top}/{folder}/{name}") for name in sorted(names))

    def keep(self, folders: Set[str], fresh: Set[str]) -> None:
        """Remove every other folder. What was not written to looks as it should, with all that is in it."""
        kept = {part for folder in folders for part in _upwards(folder)}
        try:
            self._sweep("", kept, folders - fresh)
        except OSError as error:
            raise trouble(self.folder, error, "removed") from error

    def _sweep(self, folder: str, kept: Set[str], known: Set[str]) -> None:
        for name, kind in survey.entries(f"{self._top}/{folder}"):
            path = f"{folder}/{name}" if folder else name
            if kind == "folder" and path != ".git" and path not in known:
                if path not in kept:
                    shutil.rmtree(f"{self._top}/{path}")
                else:
                    self._sweep(path, kept, known)

    def _write(self, path: str, data: bytes) -> None:
        folder, new = os.path.dirname(path), f"{self._part}/{path}"
        if folder not in self._there:
            os.makedirs(os.path.dirname(new), exist_ok=True)
            self._there[folder] = os.path.isdir(f"{self._top}/{folder}")
        if self._there[folder] and survey.read(f"{self._top}/{path}") == data:
            return
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(handle, data) if len(data) < 1 << 20 else _all(handle, data)
        finally:
            os.close(handle)


def _all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _moved(source: str, target: str) -> None:
    """Put a folder, if it is there, where another may be already, file by file only where it must be."""
    if not os.path.lexists(source):
        return
    if not os.path.lexists(target):
        os.rename(source, target)
        return
    for name, kind in survey.entries(source):
        new, old = f"{source}/{name}", f"{target}/{name}"
        if kind == "folder":
            if os.path.lexists(old) and (os.path.islink(old) or not os.path.isdir(old)):
                os.unlink(old)
            _moved(new, old)
        else:
            if os.path.isdir(old) and not os.path.islink(old):
                shutil.rmtree(old)
            os.replace(new, old)
    os.rmdir(source)


def _upwards(folder: str) -> Iterable[str]:
    while folder:
        yield folder
        folder = os.path.dirname(folder)
