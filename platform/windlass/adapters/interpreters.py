"""Interpreters for models and datasets, made by uv from a hashed lock, cached by its digest, shared between repositories.

Windlass's own environment is never touched: uv comes from it, and everything is written below the cache folder.
"""

import contextlib
import fcntl
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from windlass.adapters import uvcommand
from windlass.adapters.files import trouble
from windlass.engine import lockfile
from windlass.model import digests
from windlass.model.failure import Findings
from windlass.ports import Progress

COMPLETE = ".windlass-complete"
INSTALLED = Path(sys.prefix, "share", "windlass")
"""Interpreters that came with Windlass itself: in an image that is made for a lock."""


class UvInterpreters:
    """`ports.Interpreters` with uv."""

    def __init__(self, cache: Path | None = None, installed: Path = INSTALLED) -> None:
        """``cache`` defaults to `$WINDLASS_CACHE`, `$XDG_CACHE_HOME/windlass` or `~/.cache/windlass`; ``installed`` is looked
        at first and never written."""
        self._envs = (cache or _cache()) / "envs"
        self._installed = installed / "envs"

    def python_minor(self) -> str:
        """The minor version of the interpreter that Windlass itself runs on; models run on the same."""
        return f"{sys.version_info.major}.{sys.version_info.minor}"

    def path(self, lock: bytes) -> Path:
        """Where a lock's interpreter is or would be. Comments in the lock do not count."""
        name = digests.of_value({"lock": digests.of_bytes(lockfile.body(lock)), "python": self.python_minor()})
        installed, own = (envs / digests.short(name, 16) / "bin" / "python" for envs in (self._installed, self._envs))
        return installed if _whole(installed) else own

    def ready(self, lock: bytes) -> bool:
        """Whether it was completely made, and its base is still there."""
        return _whole(self.path(lock))

    def ensure(self, lock: bytes, progress: Progress, wheels: Path | None = None) -> Path:
        """Make it if need be. It is built in place (an environment cannot be moved) and marked when complete; two
        processes that want the same one make it once. With a folder of wheels nothing else is asked. Raises `World`: WL561
        (no network), WL562 (it cannot be made)."""
        if self.ready(lock):
            return self.path(lock)
        python = self.path(lock)
        with _alone(python.parent.parent) as held:
            if not self.ready(lock):
                self._make(python, lock, held, progress, wheels)
        return python

    def library(self, lock: bytes, wheels: Path | None, folder: Path) -> None:
        """Make a folder hold the lock's packages, installed beside it and moved there when complete. The lock stands in it, so
        that a second time nothing is done. Raises `World` (WL562)."""
        pins, mark = lockfile.body(lock), folder / COMPLETE
        try:
            if mark.is_file() and mark.read_bytes() == pins:
                return
            beside = folder.with_name(f".{folder.name}.part")
            for left in (beside, folder):
                shutil.rmtree(left, ignore_errors=True)
            beside.mkdir(parents=True)
            if pins.count(b"=="):
                uvcommand.require(
                    uvcommand.install(pins, ["--python", sys.executable, "--target", str(beside)], wheels), wheels
                )
            (beside / COMPLETE).write_bytes(pins)
            beside.rename(folder)
        except OSError as error:
            raise trouble(folder, error, "written") from error

    def compile(self, requirements: bytes, constraints: bytes | None = None) -> bytes:
        """Resolve requirements to hashed pins; those of an existing lock are preferred where they still fit. Raises
        `Findings` (WL560) where nothing satisfies them, `World` (WL561) without network."""
        with tempfile.TemporaryDirectory(prefix="windlass-") as folder:
            asked, pins = Path(folder, "requirements.txt"), Path(folder, "requirements.lock")
            asked.write_bytes(requirements)
            pins.write_bytes(lockfile.body(constraints or b""))
            options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-build"]
            command = [
                "pip",
                "compile",
                "--quiet",
                *options,
                "--python-version",
                self.python_minor(),
                str(asked),
                "-o",
                str(pins),
            ]
            ended = uvcommand.online_then_offline(command)
            if ended.returncode == 0:
                return pins.read_bytes()
        said = uvcommand.words(ended).replace(str(asked), "requirements.txt")
        if uvcommand.NETWORK.search(said) and not re.search(
            r"not found in the package registry|no version", said, re.IGNORECASE
        ):
            raise uvcommand.no_network(said)
        raise Findings.one("WL560", "the requirements cannot be resolved", "change the line that uv names", output=said)

    def _make(self, python: Path, lock: bytes, held: int, progress: Progress, wheels: Path | None) -> None:
        folder, pins = python.parent.parent, lockfile.body(lock)
        packages = pins.count(b"==")
        progress.note(f"making an interpreter of {packages} packages in {folder}")
        try:
            shutil.rmtree(folder, ignore_errors=True)
            base = getattr(sys, "_base_executable", sys.executable)
            uvcommand.require(
                uvcommand.run(["venv", "--quiet", "--no-project", "--python", base, str(folder)], held), wheels
            )
            if packages:
                uvcommand.require(uvcommand.install(pins, ["--python", str(python)], wheels, held), wheels)
            (folder / COMPLETE).touch()
        except OSError as error:
            raise trouble(folder, error, "written") from error


def _whole(python: Path) -> bool:
    return (python.parent.parent / COMPLETE).is_file() and python.exists()


def _cache() -> Path:
    if own := os.environ.get("WINDLASS_CACHE"):
        return Path(own).absolute()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "windlass"


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[int]:
    """One builder at a time. The lock's descriptor is handed to uv, so that nobody starts anew beside a uv that lives."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise trouble(folder, error, "written") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield handle
    finally:
        os.close(handle)
