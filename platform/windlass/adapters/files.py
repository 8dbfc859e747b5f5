"""The disk. Every write is whole or not at all: a temporary file beside the target, fsync, rename."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from windlass.adapters import survey
from windlass.model.failure import Failure, World
from windlass.ports import Look

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
FULL_WORDS = ("No space left on device", "database or disk is full", "Disk quota exceeded", "File too large")
"""What other tools and the team's code say of it."""


ROOM = "free some space and run the same command again; nothing was half written"


class DiskFiles:
    """`ports.Files` on a real file system."""

    def read(self, path: Path, most: int | None = None) -> bytes | None:
        """The bytes, or None where there is no regular file."""
        try:
            with path.open("rb", buffering=0) as file:
                return file.readall() if most is None else file.read(most + 1)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return None
        except OSError as error:
            raise trouble(path, error, "read") from error

    def write(self, path: Path, data: bytes) -> None:
        """Write atomically. Equal bytes are left alone, so that a file's time says when it really changed."""
        if self.read(path) == data:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._replace(path, data)
        except OSError as error:
            raise trouble(path, error, "written") from error

    def _replace(self, path: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".windlass-", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as part:
                part.write(data)
                part.flush()
                os.fsync(part.fileno())
            # mkstemp makes files for the owner alone; what we write is read by editors, git and other tools.
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def remove(self, path: Path) -> None:
        """Remove a file, a link or a whole folder."""
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except FileNotFoundError:
            return
        except OSError as error:
            raise trouble(path, error, "removed") from error

    def walk(self, folder: Path) -> Iterator[Path]:
        """Regular files below, sorted by path; links are neither followed nor yielded."""
        for parent, folders, names in os.walk(folder, followlinks=False):
            folders.sort()
            for name in sorted(names):
                path = Path(parent, name)
                if not path.is_symlink():
                    yield path

    def survey(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """Files and links below, without what no spec lies in."""
        for path, link in survey.survey(str(folder)):
            yield Path(path), link

    def look(self, path: Path) -> Look:
        """What is at a path, following links; a circle of links is nothing."""
        kind, real, size = survey.look(str(path))
        return Look(kind, Path(real), size)


def trouble(path: Path, error: OSError, verb: str) -> World:
    """An operating system's refusal in words, with what to do."""
    if error.errno in FULL:
        return World.one("WL550", f"the disk is full: `{path}` could not be {verb}", ROOM)
    reason = error.strerror or str(error)
    return World.one("WL551", f"`{path}` could not be {verb}: {reason}", "check the path and its permissions")


def told(failure: Failure) -> Failure:
    """A failure for a person: where another tool, or the team's code, ended because a disk is full, that is what it is."""
    said = f"{failure}\n{failure.output}"
    if failure.diagnostics[0].code == "WL550" or not any(words in said for words in FULL_WORDS):
        return failure
    return World.one("WL550", f"the disk is full: {failure}", ROOM, output=failure.output)
