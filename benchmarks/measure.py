"""Time whole commands in turn: wall seconds, and CPU seconds of the process tree."""

import os
import resource
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Run:
    wall: float
    cpu: float


def once(command: Sequence[str], folder: Path, env: Mapping[str, str] | None = None) -> Run:
    """One run; its output is thrown away, a failure ends the benchmark."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(command, cwd=folder, env={**os.environ, **(env or {})}, capture_output=True, check=False)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr.decode()[-2000:]}")
    return Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def in_turn(count: int, *commands: tuple[Sequence[str], Path]) -> list[Run]:
    """Medians of several commands that take turns, after one warm-up each."""
    runs: list[list[Run]] = [[] for _ in commands]
    for turn in range(count + 1):
        for index, (command, folder) in enumerate(commands):
            one = once(command, folder)
            if turn:
                runs[index].append(one)
    return [median(several) for several in runs]


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure by itself."""
    return Run(statistics.median(run.wall for run in runs), statistics.median(run.cpu for run in runs))
