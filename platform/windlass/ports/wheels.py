"""The packages of locks as files, for pods that ask no package index."""

from pathlib import Path
from typing import Protocol


class Wheels(Protocol):
    """Where the wheels of locks come from."""

    def folder(self, lock: bytes) -> Path | None:
        """A folder with every wheel that a pod installs for a lock, and maybe others; None where it has nothing of that lock.
        Raises `Findings` (WL563) where a wheel is missing, `World` (WL561) where an index was asked in vain."""
        ...
