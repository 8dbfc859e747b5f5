"""The content store: blobs by sha256, folders as listings of blobs, and named records, over a depot that keeps the bytes.

What comes in is always copied: the one who wrote it may write it again. What comes out is verified.
"""

import json
import os
import re
import shutil
from contextlib import AbstractContextManager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from windlass.adapters.files import trouble
from windlass.adapters.folder_depot import FolderDepot, digest_of
from windlass.model import digests
from windlass.model.failure import Findings, Refused, World
from windlass.ports import Store

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Depot(Protocol):
    """Where the bytes are: a folder, a bucket. Names of records are safe when they come here."""

    address: str

    def has(self, digest: str) -> bool:
        """Whether the blob is there; its bytes are not looked at."""
        ...

    def put(self, data: bytes) -> str:
        """Like `take`, of bytes at hand."""
        ...

    def open(self, digest: str) -> AbstractContextManager[IO[bytes]]:
        """The bytes as they are. `World` (WL552) if absent."""
        ...

    def take(self, source: IO[bytes], expected: str = "") -> str:
        """Copy a stream in; its digest. What is there already and rotted is replaced, so that making something again repairs
        it. Bytes other than ``expected`` (if given) are not kept."""
        ...

    def read(self, digest: str) -> bytes:
        """The verified bytes. `World` (WL552) if absent, `Refused` (WL421) if they are not what their name says."""
        ...

    def verify(self, digest: str) -> None:
        """Recompute the digest; raises like `read`."""
        ...

    def bring(self, digest: str, path: Path) -> None:
        """Make a file that holds the verified bytes and cannot be written; raises like `read`."""
        ...

    def corrupt(self, digest: str) -> Refused:
        """The refusal (WL421) of bytes that are not what their name says."""
        ...

    def record(self, name: str) -> bytes | None:
        """A named record, or None."""
        ...

    def write_record(self, name: str, data: bytes) -> None:
        """Write a named record atomically."""
        ...

    def records(self, prefix: str) -> list[str]:
        """The names of records below a folder of names."""
        ...


class ContentStore:
    """`ports.Store` over a depot."""

    def __init__(self, depot: Depot, uri: str) -> None:
        self.uri = uri
        self._depot = depot

    def has(self, digest: str) -> bool:
        """Whether the blob is here and, where it is the listing of a folder, each of its files."""
        return self._depot.has(digest) and all(self._depot.has(file) for file in self._listing(digest).values())

    def put(self, data: bytes) -> str:
        """Store bytes; the digest."""
        return self._depot.put(data)

    def get(self, digest: str) -> bytes:
        """The verified bytes; `World` (WL552) if absent, `Refused` (WL421) if they are not what their name says."""
        return self._depot.read(digest)

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
                files[name] = self._depot.take(source)
        self.put(digests.canonical(files))
        return digests.of_tree(files)

    def get_folder(self, digest: str, destination: Path) -> None:
        """Write the folder there, verified and at once. One that is there already is looked at, and replaced where a file of it
        is missing or holds other bytes."""
        files = self._files(digest)
        if destination.exists():
            if all(_same(file, destination / name) for name, file in files.items()):
                return
            shutil.rmtree(destination, ignore_errors=True)
        beside = destination.with_name(f".{destination.name}.{os.getpid()}.part")
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            for name, file in files.items():
                target = beside / name
                target.parent.mkdir(parents=True, exist_ok=True)
                self._depot.bring(file, target)
            beside.rename(destination)
        except OSError as error:
            if not destination.exists():  # else another process was faster, with the same bytes
                raise trouble(destination, error, "written") from error
        finally:
            shutil.rmtree(beside, ignore_errors=True)

    def verify_folder(self, digest: str) -> None:
        """Recompute every digest of a folder; raises like `get`."""
        for file in self._files(digest).values():
            self._depot.verify(file)

    def record(self, name: str) -> bytes | None:
        """A named record, or None."""
        return self._depot.record(_named(name))

    def write_record(self, name: str, data: bytes) -> None:
        """Write a named record atomically."""
        self._depot.write_record(_named(name), data)

    def records(self, prefix: str) -> tuple[str, ...]:
        """The names of records below a prefix (a folder of names), sorted."""
        return tuple(sorted(self._depot.records(_named(prefix.rstrip("/")))))

    def copy_from(self, other: Store, digest: str) -> None:
        """Copy a blob or a folder from another store, verified. Files come first, so that a listing promises what is here."""
        if self.has(digest):
            return
        data = other.get(digest)
        for file in _parsed(data).values():
            if not self._depot.has(file):
                self._copy(other, file)
        self.put(data)

    def _copy(self, other: Store, digest: str) -> None:
        if not isinstance(other, ContentStore):
            self.put(other.get(digest))
            return
        theirs = other._depot  # noqa: SLF001 -- the same class: a large file is streamed instead of held in memory
        with theirs.open(digest) as source:
            copied = self._depot.take(source, expected=digest)
        if copied != digest:
            raise theirs.corrupt(digest)

    def _listing(self, digest: str) -> dict[str, str]:
        """The folder that a blob lists; empty for any other blob. A large blob that is no listing is not read."""
        with self._depot.open(digest) as file:
            begins = file.read(2)
            return _parsed(begins + file.read()) if begins == b'{"' else {}

    def _files(self, digest: str) -> dict[str, str]:
        data = self.get(digest)
        files = _parsed(data)
        if not files and data != b"{}":
            raise World.one(
                "WL552", f"{digest} in the store at `{self._depot.address}` is no folder", "it names a file"
            )
        return files


class FolderStore(ContentStore):
    """The store in a folder."""

    def __init__(self, path: Path, uri: str | None = None) -> None:
        super().__init__(FolderDepot(path), uri or path.as_uri())
        self.path = path


def _parsed(data: bytes) -> dict[str, str]:
    """Relative path to digest. Names that would leave the folder make it no listing at all."""
    try:
        value = json.loads(data) if data.startswith(b'{"') else {}
    except ValueError:
        return {}
    right = all(isinstance(file, str) and DIGEST.fullmatch(file) and _safe(name) for name, file in value.items())
    return value if right else {}


def _named(name: str) -> str:
    if not _safe(name):
        raise ValueError(f"{name!r} cannot name a record")
    return name


def _safe(name: str) -> bool:
    return "\0" not in name and not PurePosixPath(name).is_absolute() and not {"", ".", ".."} & set(name.split("/"))


def _same(digest: str, path: Path) -> bool:
    """Whether a file holds the bytes of a blob."""
    try:
        return path.is_file() and digest_of(path) == digest
    except OSError:
        return False
