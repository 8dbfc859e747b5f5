"""The files of one revision, read from git's objects as if they lay on the disk: what a flow reads here, no work tree
can change. Two git processes answer for a whole folder, not one for each file.
"""

import hashlib
import os
import re
from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from windlass.adapters.gitcommand import GitError, run, trouble
from windlass.model.layout import upwards
from windlass.ports import Look

LINK = b"120000"
MODES = (b"100644", b"100755", LINK)
LINKS_IN_A_ROW = 8
AFTER = chr(ord("/") + 1)
"""What stands behind every path below a folder, in place of its `/`."""
SHA1 = 40
"""The length of an id in a repository that names its objects by SHA-1."""
NEXT = "\0\1"
"""Between two folders, where paths are put in order: less than whatever may stand in a name."""
SKIPPED = re.compile(r"(?:^|(?<=/))(\.[^/]*|__pycache__)/")
DOCUMENTS = ("yaml", "yml", "json", "lock")


class TreeFiles:
    """`ports.Files` over a commit, for reading alone. An unknown revision has no files."""

    def __init__(self, root: Path, commit: str | None, blobs: dict[bytes, bytes], below: tuple[str, ...] = ()) -> None:
        """``blobs`` are contents by their ids, shared between revisions: most files are the same in all of them. Where folders
        are given, nothing but what is ``below`` them is known."""
        self._listed = [f"{folder}/" for folder in below]
        self._root, self._above = root, f"{str(root).rstrip('/')}/"
        self._commit = commit
        self._blobs = blobs
        self._known: dict[bytes, bytes] = {}
        """Contents that were read in the work tree: kept where few files are known, which are asked for again."""

    def read(self, path: Path, most: int | None = None) -> bytes | None:
        """The bytes at the revision, links followed; None where there is no file."""
        look = self.look(path)
        name = self._name(look.real)
        if look.kind != "file" or name is None:
            return None
        data = self._content(name)
        return data if most is None else data[: most + 1]

    def write(self, path: Path, data: bytes) -> None:
        """A revision never changes; asking for it is our bug."""
        raise NotImplementedError(f"a revision cannot be written: {path}")

    def remove(self, path: Path) -> None:
        """A revision never changes; asking for it is our bug."""
        raise NotImplementedError(f"a revision cannot be written: {path}")

    def walk(self, folder: Path) -> Iterator[Path]:
        """The files below a folder, sorted as `DiskFiles.walk` sorts; no links."""
        return (Path(self._above + name) for name, link in self._below(folder) if not link)

    def survey(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """Files and links below a folder, without folders that start with a dot."""
        below = len(str(folder)) - len(self._above)
        return (
            (Path(self._above + name), link)
            for name, link in self._below(folder)
            if not SKIPPED.search(name, max(below, 0))
        )

    def look(self, path: Path) -> Look:
        """What is at a path. A link that leads out of the repository is followed no further."""
        name = self._name(path)
        for _ in range(LINKS_IN_A_ROW):
            if name is None or name not in self._entries or self._entries[name][0] != LINK:
                break
            path = Path(os.path.normpath(path.parent / os.fsdecode(self._content(name))))
            name = self._name(path)
        if name in self._entries:
            kind: Literal["file", "folder", "absent"] = "absent" if self._entries[name][0] == LINK else "file"
            return Look(kind, path)
        return Look("folder" if name in self._folders else "absent", path)

    @cached_property
    def _entries(self) -> dict[str, tuple[bytes, bytes]]:
        """Every file's path, with its mode and the id of its content."""
        if self._commit is None:
            return {}
        try:
            out = run(self._root, "ls-tree", "-r", "-z", "--full-tree", self._commit, "--", *self._listed)
        except GitError as error:
            raise trouble(f"list the files of {self._commit[:10]}", error) from error
        lines = [line.partition(b"\t") for line in out.split(b"\0") if line]
        found = {os.fsdecode(path): head.split(b" ") for head, _, path in lines}
        return {path: (mode, blob) for path, (mode, _, blob) in found.items() if mode in MODES}

    @cached_property
    def _names(self) -> list[str]:
        return sorted(self._entries)

    @cached_property
    def _folders(self) -> frozenset[str]:
        nearest = {name.rpartition("/")[0] for name in self._entries}
        return frozenset(above for folder in nearest for above in upwards(folder)) | ({"."} if nearest else set())

    def _below(self, folder: Path) -> Iterator[tuple[str, bool]]:
        name = self._name(folder)
        if name is None:
            return
        below = "" if name == "." else name + "/"
        first = bisect_left(self._names, below)
        last = bisect_left(self._names, below[:-1] + AFTER) if below else len(self._names)
        for path in sorted(self._names[first:last], key=_order):
            yield path, self._entries[path][0] == LINK

    def _name(self, path: Path) -> str | None:
        name = str(path)
        if name.startswith(self._above):
            return name[len(self._above) :]
        return "." if path == self._root else None

    def _content(self, name: str) -> bytes:
        blob = self._entries[name][1]
        lying = None if blob in self._blobs else self._lying(name, blob)
        if lying is not None:
            if self._listed:
                self._known[blob] = lying
            return lying
        if blob not in self._blobs:
            self._fetch(name)
        return self._blobs[blob]

    def _lying(self, name: str, blob: bytes) -> bytes | None:
        """The content as it lies in the work tree, where it is that of the revision: git need not be asked for it."""
        if blob in self._known:
            return self._known[blob]
        try:
            with open(self._above + name, "rb", buffering=0) as file:  # noqa: PTH123 -- a `Path` for each would cost as much
                data = file.readall()
        except OSError:
            return None
        known = hashlib.new(
            "sha1" if len(blob) == SHA1 else "sha256", b"blob %d\0" % len(data) + data, usedforsecurity=False
        )
        return data if known.hexdigest().encode() == blob else None

    def _fetch(self, name: str) -> None:
        """Read a file and those that will be asked for next: of the same kind, below the same top folder. Code and data
        are read one by one, they may be large."""
        top, suffix = name.partition("/")[0], name.rpartition(".")[2]
        near = {self._entries[name][1]}
        if suffix in DOCUMENTS:
            alike = (path for path in self._entries if path.startswith(top + "/") and path.endswith("." + suffix))
            near |= {self._entries[path][1] for path in alike}
        asked = sorted(near - self._blobs.keys())
        try:
            out, start = run(self._root, "cat-file", "--batch", data=b"".join(blob + b"\n" for blob in asked)), 0
        except GitError as error:
            raise trouble(f"read `{name}`", error) from error
        for blob in asked:
            end = out.index(b"\n", start)
            if out[start:end].endswith(b" missing"):
                raise trouble(f"read `{name}`", GitError(1, out[start:end].decode()))
            size = int(out[start:end].rpartition(b" ")[2])
            self._blobs[blob], start = out[end + 1 : end + 1 + size], end + 2 + size


def _order(name: str) -> str:
    """As os.walk does it: a folder's own files before those of its folders."""
    folder, _, file = name.rpartition("/")
    return f"\1{folder.replace('/', NEXT)}\0\0{file}" if folder else f"\0{file}"
