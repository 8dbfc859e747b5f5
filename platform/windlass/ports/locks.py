"""One writer at a time."""

from contextlib import AbstractContextManager
from typing import Protocol

from windlass.ports.progress import Progress


class Locks(Protocol):
    """One writer at a time per environment of this repository."""

    def hold(self, name: str, progress: Progress) -> AbstractContextManager[int]:
        """Wait for the lock, saying who holds it; its file descriptor. Freed when every process that has it ends."""
        ...
