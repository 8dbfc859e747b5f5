"""A store's bytes in a folder: written beside their place, synced and renamed, so that a kill leaves them whole or absent.

Blobs are read-only files, because what is taken out of the store are hard links to them where the file system can, so that a
large model costs no second copy.
"""

import hashlib
import io
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import IO

from windlass.adapters.files import FULL, trouble
from windlass.model import digests
from windlass.model.failure import Failure, Refused, World

BLOCK = 1 << 20
ABANDONED = 3 * 86400
"""Seconds after which a temporary file of another machine is nobody's."""


class FolderDepot:
    """`store.Depot`: ``<folder>/blobs/sha256/ab/<hex>`` and ``<folder>/records``, with temporary files in ``<folder>/tmp``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address = str(folder)
        self._names = count()

    def path(self, digest: str) -> Path:
        """Where the blob is or would be."""
        name = digest.removeprefix(digests.PREFIX)
        return self.folder / "blobs" / "sha256" / name[:2] / name

    def has(self, digest: str) -> bool:
        """Whether it is there; its bytes are not looked at."""
        return self.path(digest).is_file()

    def sound(self, digest: str) -> bool:
        """Whether it is there and its bytes are what its name says."""
        return self.has(digest) and digest_of(self.path(digest)) == digest

    @contextmanager
    def open(self, digest: str) -> Iterator[IO[bytes]]:
        """The bytes as they are. `World` (WL552) if absent."""
        try:
            file = self.path(digest).open("rb")
        except OSError as error:
            raise self.unreadable(digest, error) from error
        with file:
            yield file

    def put(self, data: bytes) -> str:
        """Store bytes; the digest."""
        digest = digests.of_bytes(data)
        return digest if self.sound(digest) else self.take(io.BytesIO(data))

    def take(self, source: IO[bytes], expected: str = "") -> str:
        """Copy a stream in; its digest. What is here already is verified and, where it rotted, replaced, so that making
        something again repairs it. Bytes other than ``expected`` (if given) are not kept.
        """
        try:
            part = self.part()
            try:
                with part.open("wb") as target:
                    found = _copy(source, target)
                    sync(target)
                if expected in ("", found) and not self.sound(found):
                    path = self.path(found)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    part.chmod(0o444)
                    part.replace(path)
            finally:
                part.unlink(missing_ok=True)
        except OSError as error:
            raise trouble(self.folder, error, "written") from error
        return found

    def read(self, digest: str) -> bytes:
        """The verified bytes. `World` (WL552) if absent, `Refused` (WL421) if they are not what their name says."""
        try:
            data = self.path(digest).read_bytes()
        except OSError as error:
            raise self.unreadable(digest, error) from error
        if digests.of_bytes(data) != digest:
            raise self.corrupt(digest)
        return data

    def verify(self, digest: str) -> None:
        """Recompute the digest; raises like `read`."""
        try:
            sound = digest_of(self.path(digest)) == digest
        except OSError as error:
            raise self.unreadable(digest, error) from error
        if not sound:
            raise self.corrupt(digest)

    def bring(self, digest: str, path: Path) -> None:
        """Make a file that holds the verified bytes and cannot be written; raises like `read`."""
        self.verify(digest)
        try:
            path.hardlink_to(self.path(digest))
        except OSError as error:
            if error.errno in FULL:
                raise
            shutil.copyfile(self.path(digest), path)

    def record(self, name: str) -> bytes | None:
        """A named record, or None."""
        path = self._record(name)
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None
        except OSError as error:
            raise trouble(path, error, "read") from error

    def write_record(self, name: str, data: bytes) -> None:
        """Write a named record atomically."""
        path = self._record(name)
        try:
            part = self.part()
            with part.open("wb") as target:
                target.write(data)
                sync(target)
            path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(path)
        except OSError as error:
            raise trouble(path, error, "written") from error

    def records(self, prefix: str) -> list[str]:
        """The names of records below a folder of names."""
        found = (path for path in self._record(prefix).rglob("*") if path.is_file())
        return [path.relative_to(self.folder / "records").as_posix() for path in found]

    def part(self) -> Path:
        """A new temporary file's path. The first one sweeps out what killed processes left: those of this machine (in a pod, of
        this pod), because nobody sees the others live, and whatever nobody wrote to for days."""
        folder, number = self.folder / "tmp", next(self._names)
        folder.mkdir(parents=True, exist_ok=True)
        if number == 0:
            for left in folder.iterdir():
                if _left(left):
                    left.unlink(missing_ok=True)
        return folder / f"{os.getpid()}-{id(self)}-{number}@{socket.gethostname()}"

    def corrupt(self, digest: str) -> Refused:
        """The refusal of bytes that are not what their name says."""
        hint = f"remove `{self.path(digest)}` and run the command that made it again, or copy it from another store"
        return Refused.one("WL421", f"the store's {digest} holds other bytes than its name says", hint)

    def unreadable(self, digest: str, error: OSError) -> Failure:
        """Why a blob cannot be read."""
        if not isinstance(error, FileNotFoundError):
            return trouble(self.path(digest), error, "read")
        hint = "bring the store back, or train again: a release is only digests, its bytes live there"
        return World.one("WL552", f"the store at `{self.folder}` does not have {digest}", hint)

    def _record(self, name: str) -> Path:
        return self.folder / "records" / name


def sync(file: IO[bytes]) -> None:
    """Wait until what was written is on the disk."""
    file.flush()
    os.fsync(file.fileno())


def _copy(source: IO[bytes], target: IO[bytes]) -> str:
    hasher = hashlib.sha256()
    while block := source.read(BLOCK):
        hasher.update(block)
        target.write(block)
    return digests.PREFIX + hasher.hexdigest()


def digest_of(path: Path) -> str:
    """The digest of a file."""
    with path.open("rb") as file:
        return digests.PREFIX + hashlib.file_digest(file, "sha256").hexdigest()


def _left(part: Path) -> bool:
    """Whether nobody writes to a temporary file any more."""
    name, _, host = part.name.rpartition("@")
    if host == socket.gethostname() or not name:
        return not lives(part.name.partition("-")[0])
    try:
        return time.time() - part.stat().st_mtime > ABANDONED
    except FileNotFoundError:
        return False


def lives(pid: str) -> bool:
    """Whether a process of this number is there (it may be another one by now)."""
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError, OverflowError):
        return False
    except OSError:  # another user's process
        return True
    return True
