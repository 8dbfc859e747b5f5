"""A folder of rendered files that holds nothing else: what is new is written beside it first, and put in place at the end.

A kill before the end changes nothing, one amid it leaves files that are each old or new; the next call finishes either. Files
that have not changed stay the very same files. A folder that Windlass did not render is not touched, nor what a link leads to.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Mapping, Set
from pathlib import Path

from windlass.adapters import survey
from windlass.adapters.files import trouble
from windlass.model import layout
from windlass.model.failure import Usage
from windlass.model.layout import upwards

MARK = ".windlass-rendered"
PART = ".windlass-part"
"""Where new files wait."""
OURS = frozenset({layout.SPECS, layout.ENVIRONMENTS, layout.TEMPLATES, layout.STATE, ".git"})
"""Folders of a repository whose files somebody else answers for."""
BEFORE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
"""How a file that was there before is opened: what is no file has nothing to say, and makes nobody wait."""


class RenderedFolder:
    """`ports.Rendered` on the disk. ``root`` is the repository that is rendered."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.folder = folder
        self._root = root
        self._top, self._part = str(folder), str(folder / PART)
        self._there: dict[str, bool] = {}
        """Folders that new files were made in, and whether the output had them before."""

    def begin(self) -> None:
        """Look whether the folder may be written, and clear away what a kill left. Raises `Usage` (WL615) where it is somebody
        else's."""
        inside = self.folder.relative_to(self._root).parts if self.folder.is_relative_to(self._root) else ()
        if self._root.is_relative_to(self.folder) or OURS.intersection(inside[:1]):
            raise Usage.one(
                "WL615", f"`{self.folder.name}` is no place for rendered files", "name a folder of their own"
            )
        if os.path.lexists(self._top) and not os.path.isdir(self._top):
            raise Usage.one("WL615", f"`{self.folder.name}` is no folder", "name a folder that is empty or absent")
        there = {name for name, _ in _everything(self._top)} - {PART, ".git"}
        if there and MARK not in there:
            message = f"`{self.folder.name}` holds files that were not rendered: `{min(there)}`"
            raise Usage.one("WL615", message, "name a folder that is empty or absent; what it holds is replaced")
        try:
            _gone(self._part)
            self._there.clear()
            self._write(MARK, b"Everything here is written by `windlass render` and replaced by the next one.\n")
        except OSError as error:
            raise trouble(self.folder, error, "written") from error

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
                self._clear(folder, {MARK, *names} if not folder else set(names))
        except OSError as error:
            raise trouble(self.folder, error, "written") from error

    def abandon(self) -> None:
        """What was written is not put in place."""
        shutil.rmtree(self._part, ignore_errors=True)
        with contextlib.suppress(OSError):
            os.rmdir(self._top)

    def stamp(self, folder: str, names: Iterable[str] | None = None) -> str:
        """What a folder looks like, or some files of it: another one where a file of it changed, is new or gone."""
        if not self._real(folder):
            return ""
        if names is None:
            return survey.stamp(f"{self._top}/{folder}", hidden=True)[0]
        return "/".join(survey.mark(f"{self._top}/{folder}/{name}") for name in sorted(names))

    def keep(self, folders: Set[str], fresh: Set[str]) -> None:
        """Remove everything else: folders, and files outside of ``folders``. What is not ``fresh`` looks as it should, with all
        that is in it."""
        kept = {part for folder in folders for part in upwards(folder)}
        try:
            if "" not in folders:
                self._clear("", {MARK})
            self._sweep("", kept, folders, folders - fresh)
        except OSError as error:
            raise trouble(self.folder, error, "removed") from error

    def _sweep(self, folder: str, kept: Set[str], holding: Set[str], known: Set[str]) -> None:
        for name, real in _everything(f"{self._top}/{folder}"):
            path = f"{folder}/{name}" if folder else name
            if not real or path == ".git":
                continue
            if path not in kept:
                shutil.rmtree(f"{self._top}/{path}")
                continue
            if path not in holding:
                self._clear(path, frozenset())
            if path not in known:
                self._sweep(path, kept, holding, known)

    def _clear(self, folder: str, names: Set[str]) -> None:
        for name, real in _everything(f"{self._top}/{folder}"):
            if not real and name not in names:
                os.unlink(f"{self._top}/{folder}/{name}")

    def _real(self, folder: str) -> bool:
        """Whether a folder is there, and no link on the way."""
        return all(not os.path.islink(f"{self._top}/{part}") for part in upwards(folder)) and os.path.isdir(
            f"{self._top}/{folder}"
        )

    def _write(self, path: str, data: bytes) -> None:
        folder, new = os.path.dirname(path), f"{self._part}/{path}"
        if folder not in self._there:
            os.makedirs(os.path.dirname(new), exist_ok=True)
            self._there[folder] = self._real(folder)
        if self._there[folder] and _holds(f"{self._top}/{path}", data):
            return
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        try:
            os.write(handle, data) if len(data) < 1 << 20 else _all(handle, data)
        finally:
            os.close(handle)


def _everything(folder: str) -> list[tuple[str, bool]]:
    """What lies in a folder by name, and whether it is a folder itself; a link is none."""
    try:
        return sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in os.scandir(folder))
    except FileNotFoundError:
        return []


def _holds(path: str, data: bytes) -> bool:
    """Whether a regular file holds exactly this."""
    try:
        handle = os.open(path, BEFORE)
    except OSError:
        return False
    try:
        return os.read(handle, len(data) + 1) == data
    except OSError:
        return False
    finally:
        os.close(handle)


def _all(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _gone(path: str) -> None:
    """Remove what is at a path, whatever it is."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def _moved(source: str, target: str) -> None:
    """Put a folder, if it is there, where another may be already, file by file only where it must be."""
    if not os.path.lexists(source):
        return
    if not os.path.lexists(target):
        os.rename(source, target)
        return
    for name, real in _everything(source):
        new, old = f"{source}/{name}", f"{target}/{name}"
        if real:
            if os.path.islink(old) or not os.path.isdir(old):
                _gone(old)
            _moved(new, old)
        else:
            if os.path.isdir(old):
                _gone(old)
            os.replace(new, old)
    os.rmdir(source)
