"""One writer at a time: an advisory lock per name, freed by the kernel when its last holder ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from windlass.adapters.files import trouble
from windlass.ports import Clock, Progress

PAUSE = 0.2


class FileLocks:
    """`ports.Locks` as flock on files under `.windlass/locks/`. The file names its holder, for the one who waits."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    @contextmanager
    def hold(self, name: str, progress: Progress) -> Iterator[int]:
        """Wait for the lock; yields its descriptor, which a child may inherit to keep it held."""
        path = self._folder / f"{name}.lock"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise trouble(path, error, "written") from error
        try:
            said = False
            while not _taken(handle):
                if not said:
                    holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
                    progress.note(f"waiting: another windlass is at work in {name} ({holder or 'no name'})")
                    said = True
                self._clock.sleep(PAUSE)
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"pid {os.getpid()}, since {self._clock.now():%H:%M:%S} UTC\n".encode(), 0)
            yield handle
        finally:
            # Closing frees the lock unless a child that inherited the descriptor still needs it.
            os.close(handle)


def _taken(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
