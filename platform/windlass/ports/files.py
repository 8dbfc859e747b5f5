"""A folder tree, whatever holds it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class Look:
    """What is at a path, where it truly lies once links are followed, and how many bytes a file has."""

    kind: Literal["file", "folder", "absent"]
    real: Path
    size: int = 0


class Files(Protocol):
    """A folder tree. Every write is atomic (a temporary file beside it, fsync, rename); a full disk is `World`."""

    def read(self, path: Path, most: int | None = None) -> bytes | None:
        """The bytes, or None where there is no file. Of a file with more than ``most`` bytes, one more than that."""
        ...

    def write(self, path: Path, data: bytes) -> None:
        """Write atomically, making parents; equal bytes are left alone."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file or a whole folder; absent is fine."""
        ...

    def walk(self, folder: Path) -> Iterator[Path]:
        """Every regular file below, sorted; symlinks are not followed."""
        ...

    def survey(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """Every file and every symlink below, sorted, with whether it is a link. Links are not followed; folders that start
        with a dot and Python's caches are left out."""
        ...

    def look(self, path: Path) -> Look:
        """What is at a path, following links."""
        ...
