"""The content store in a folder: blobs by sha256, folders as listings of blobs, and named records. Verified on every read.

A folder taken out is made of hard links to read-only blobs where the file system can, so that a large model costs no second
copy. What comes in is always copied: the one who wrote it may write it again.
"""

import io
import json
import os
import re
import shutil
from pathlib import Path, PurePosixPath

from windlass.adapters.blobs import Blobs, sync
from windlass.adapters.files import FULL, trouble
from windlass.model import digests
from windlass.model.failure import Findings, World
from windlass.ports import Store

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class FolderStore:
    """`ports.Store` on a file system."""

    def __init__(self, path: Path, uri: str | None = None) -> None:
        self.path = path
        self.uri = uri or path.as_uri()
        self._blobs = Blobs(path)

    def has(self, digest: str) -> bool:
        """Whether the blob is here and, where it is the listing of a folder, each of its files."""
        if not self._blobs.has(digest):
            return False
        return all(self._blobs.has(file) for file in _listing(self._blobs.path(digest)).values())

    def put(self, data: bytes) -> str:
        """Store bytes; the digest."""
        digest = digests.of_bytes(data)
        return digest if self._blobs.sound(digest) else self._blobs.take(io.BytesIO(data))

    def get(self, digest: str) -> bytes:
        """The verified bytes; `World` (WL552) if absent, `Refused` (WL421) if they are not what their name says."""
        return self._blobs.read(digest)

    def put_folder(self, folder: Path) -> str:
        """Store every file below a folder; the digest of the tree. `Findings` (WL423) where something is no regular file."""
        files: dict[str, str] = {}
        for path in sorted(folder.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                continue
            name = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                hint = "write the file itself there: a link may point elsewhere by the time it is read"
                raise Findings.one("WL423", f"`{name}` is no regular file, so it cannot be stored", hint)
            with path.open("rb") as source:
                files[name] = self._blobs.take(source)
        self.put(digests.canonical(files))
        return digests.of_tree(files)

    def get_folder(self, digest: str, destination: Path) -> None:
        """Write the folder there, verified and at once. One that is there already is looked at, and replaced where a file of it
        is missing or holds other bytes."""
        files = self._files(digest)
        if destination.exists():
            if all(self._blobs.same(file, destination / name) for name, file in files.items()):
                return
            shutil.rmtree(destination, ignore_errors=True)
        beside = destination.with_name(f".{destination.name}.{os.getpid()}.part")
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            for name, file in files.items():
                self._blobs.verify(file)
                target = beside / name
                target.parent.mkdir(parents=True, exist_ok=True)
                _link(self._blobs.path(file), target)
            beside.rename(destination)
        except OSError as error:
            if not destination.exists():  # else another process was faster, with the same bytes
                raise trouble(destination, error, "written") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def verify_folder(self, digest: str) -> None:
        """Recompute every digest of a folder; raises like `get`."""
        for file in self._files(digest).values():
            self._blobs.verify(file)

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
            part = self._blobs.part()
            with part.open("wb") as target:
                target.write(data)
                sync(target)
            path.parent.mkdir(parents=True, exist_ok=True)
            part.replace(path)
        except OSError as error:
            raise trouble(path, error, "written") from error

    def records(self, prefix: str) -> tuple[str, ...]:
        """The names of records below a prefix (a folder of names), sorted."""
        found = (path for path in self._record(prefix).rglob("*") if path.is_file())
        return tuple(sorted(path.relative_to(self.path / "records").as_posix() for path in found))

    def copy_from(self, other: Store, digest: str) -> None:
        """Copy a blob or a folder from another store, verified. Files come first, so that a listing promises what is here."""
        if self.has(digest):
            return
        data = other.get(digest)
        for file in _parsed(data).values():
            if not self._blobs.has(file):
                self._copy(other, file)
        self.put(data)

    def _copy(self, other: Store, digest: str) -> None:
        if not isinstance(other, FolderStore):
            self.put(other.get(digest))
            return
        theirs = other._blobs  # noqa: SLF001 -- the same class: a large file is streamed instead of held in memory
        try:
            source = theirs.path(digest).open("rb")
        except OSError as error:
            raise theirs.unreadable(digest, error) from error
        with source:
            if self._blobs.take(source, expected=digest) != digest:
                raise theirs.corrupt(digest)

    def _record(self, name: str) -> Path:
        if not _safe(name.rstrip("/")):
            raise ValueError(f"{name!r} cannot name a record")
        return self.path / "records" / name

    def _files(self, digest: str) -> dict[str, str]:
        data = self.get(digest)
        files = _parsed(data)
        if not files and data != b"{}":
            raise World.one("WL552", f"{digest} in the store at `{self.path}` is no folder", "this digest names a file")
        return files


def _listing(path: Path) -> dict[str, str]:
    """The folder that a blob lists; empty for any other blob. A large blob that is no listing is not read."""
    with path.open("rb") as file:
        return _parsed(path.read_bytes()) if file.read(2) == b'{"' else {}


def _parsed(data: bytes) -> dict[str, str]:
    """Relative path to digest. Names that would leave the folder make it no listing at all."""
    try:
        value = json.loads(data) if data.startswith(b'{"') else {}
    except ValueError:
        return {}
    right = all(isinstance(file, str) and DIGEST.fullmatch(file) and _safe(name) for name, file in value.items())
    return value if right else {}


def _safe(name: str) -> bool:
    return "\0" not in name and not PurePosixPath(name).is_absolute() and not {"", ".", ".."} & set(name.split("/"))


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError as error:
        if error.errno in FULL:
            raise
        shutil.copyfile(source, target)
