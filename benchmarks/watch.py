"""What one command costs: seconds, CPU of the whole process tree, and how much memory the tree had at once.

Memory is sampled. The sum of proportional set sizes (PSS) counts a page once that forked processes share; beside it stands the
greatest resident set (RSS) of any one process. The kernel's own mark of that one (`ru_maxrss`) is of no use here: a process
starts with what its parent had.
"""

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

EVERY = 0.05
"""Seconds between two looks at the memory."""


@dataclass(frozen=True)
class Cost:
    """Seconds of wall and CPU time; bytes at the most."""

    wall: float
    cpu: float
    pss: int
    rss: int


def watched(command: Sequence[str], folder: Path) -> Cost:
    """One run, its output thrown away. A failure ends the benchmark."""
    with tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        child = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=errors)
        peak = _Peak(child.pid)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        peak.end()
        if child.returncode:
            errors.seek(0)
            told = errors.read().decode(errors="replace")[-2000:]
            raise SystemExit(f"{' '.join(map(str, command))} ended with {child.returncode}:\n{told}")
    return Cost(wall, used.ru_utime + used.ru_stime, peak.pss, peak.rss)


def one_after_another(costs: Sequence[Cost]) -> Cost:
    """Several runs that together did the work: their time is added up, their memory is not."""
    return Cost(
        sum(one.wall for one in costs),
        sum(one.cpu for one in costs),
        max(one.pss for one in costs),
        max(one.rss for one in costs),
    )


def median(costs: Sequence[Cost]) -> Cost:
    """The median of each figure by itself."""
    return Cost(
        statistics.median(one.wall for one in costs),
        statistics.median(one.cpu for one in costs),
        int(statistics.median(one.pss for one in costs)),
        int(statistics.median(one.rss for one in costs)),
    )


class _Peak:
    """Looks at a process tree until told to end: bytes of the whole tree (``pss``) and of its greatest process (``rss``)."""

    def __init__(self, pid: int) -> None:
        self.pss, self.rss = 0, 0
        self._pid, self._over = pid, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            try:
                top = psutil.Process(self._pid)
                sizes = [_sizes(one) for one in (top, *top.children(recursive=True))]
            except psutil.Error:
                continue
            self.pss = max(self.pss, sum(pss for pss, _ in sizes))
            self.rss = max(self.rss, *(rss for _, rss in sizes))


def _sizes(process: psutil.Process) -> tuple[int, int]:
    """The proportional set size where the system tells it, else the resident one, and that; nothing of a process that has ended."""
    try:
        full = process.memory_full_info()
    except psutil.Error:
        return 0, 0
    return int(getattr(full, "pss", full.rss)), int(full.rss)
