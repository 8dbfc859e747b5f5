"""Interpreters for models and datasets, made by uv from a hashed lock, cached by its digest, shared between repositories.

Windlass's own environment is never touched: uv comes from it, and everything is written below the cache folder.
"""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from windlass.adapters import leash
from windlass.adapters.files import trouble
from windlass.engine import lockfile
from windlass.model import digests
from windlass.model.failure import Findings, World
from windlass.ports import Progress

COMPLETE = ".windlass-complete"
NETWORK = re.compile(r"error sending request|dns error|network|connect|timed? ?out|offline", re.IGNORECASE)
TAIL = 12


class UvInterpreters:
    """`ports.Interpreters` with uv."""

    def __init__(self, cache: Path | None = None) -> None:
        """``cache`` defaults to `$WINDLASS_CACHE`, `$XDG_CACHE_HOME/windlass` or `~/.cache/windlass`."""
        self._envs = (cache or _cache()) / "envs"

    def python_minor(self) -> str:
        """The minor version of the interpreter that Windlass itself runs on; models run on the same."""
        return f"{sys.version_info.major}.{sys.version_info.minor}"

    def path(self, lock: bytes) -> Path:
        """Where a lock's interpreter is or would be. Comments in the lock do not count."""
        name = digests.of_value({"lock": digests.of_bytes(lockfile.body(lock)), "python": self.python_minor()})
        return self._envs / digests.short(name, 16) / "bin" / "python"

    def ready(self, lock: bytes) -> bool:
        """Whether it was completely made, and its base is still there."""
        python = self.path(lock)
        return (python.parent.parent / COMPLETE).is_file() and python.exists()

    def ensure(self, lock: bytes, progress: Progress) -> Path:
        """Make it if need be. It is built in place (an environment cannot be moved) and marked when complete; two
        processes that want the same one make it once. Raises `World`: WL561 (no network), WL562 (it cannot be made)."""
        if self.ready(lock):
            return self.path(lock)
        python = self.path(lock)
        with _alone(python.parent.parent) as held:
            if not self.ready(lock):
                self._make(python, lock, held, progress)
        return python

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
            ended = _online_then_offline(command)
            if ended.returncode == 0:
                return pins.read_bytes()
        said = _said(ended).replace(str(asked), "requirements.txt")
        if NETWORK.search(said) and not re.search(r"not found in the package registry|no version", said, re.IGNORECASE):
            raise _no_network(said)
        raise Findings.one("WL560", "the requirements cannot be resolved", "change the line that uv names", output=said)

    def _make(self, python: Path, lock: bytes, held: int, progress: Progress) -> None:
        folder, pins = python.parent.parent, lockfile.body(lock)
        packages = pins.count(b"==")
        progress.note(f"making an interpreter of {packages} packages in {folder}")
        try:
            shutil.rmtree(folder, ignore_errors=True)
            base = getattr(sys, "_base_executable", sys.executable)
            _require(_uv(["venv", "--quiet", "--no-project", "--python", base, str(folder)], held))
            if packages:
                _require(self._install(python, pins, held))
            (folder / COMPLETE).touch()
        except OSError as error:
            raise trouble(folder, error, "written") from error

    def _install(self, python: Path, pins: bytes, held: int) -> "subprocess.CompletedProcess[str]":
        with tempfile.TemporaryDirectory(prefix="windlass-") as folder:
            lock = Path(folder, "requirements.lock")
            lock.write_bytes(pins)
            command = [
                "pip",
                "install",
                "--quiet",
                "--python",
                str(python),
                "--require-hashes",
                "--compile-bytecode",
                "-r",
                str(lock),
            ]
            # What is in uv's cache needs no network, and asking for it first takes well under a second.
            ended = _uv([*command, "--offline"], held)
            return ended if ended.returncode == 0 else _uv(command, held)


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


def _online_then_offline(command: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    ended = _uv(command)
    if ended.returncode and NETWORK.search(_said(ended)):
        cached = _uv([*command, "--offline"])
        return cached if cached.returncode == 0 else ended
    return ended


def _uv(command: Sequence[str], held: int | None = None) -> "subprocess.CompletedProcess[str]":
    """Run uv on a leash. ``held`` is a descriptor that it inherits."""
    import uv

    argv = [sys.executable, "-S", str(Path(leash.__file__)), uv.find_uv_bin(), *command]
    handles = () if held is None else (held,)
    with subprocess.Popen(
        argv,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=_environment(),
        pass_fds=handles,
        start_new_session=True,
    ) as process:
        try:
            # communicate() would close its input at once, and with it the leash.
            assert process.stdout is not None
            said = process.stdout.read()
            process.wait()
        except BaseException:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    return subprocess.CompletedProcess(argv, process.returncode, said)


def _environment() -> Mapping[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "NO_COLOR": "1"}


def _require(ended: "subprocess.CompletedProcess[str]") -> None:
    if ended.returncode == 0:
        return
    said = _said(ended)
    if NETWORK.search(said):
        raise _no_network(said)
    hint = "see what uv says; `windlass lock` makes a lock that does not fit any more anew"
    raise World.one("WL562", "an interpreter could not be made from its lock", hint, output=said)


def _no_network(said: str) -> World:
    message = "packages are needed that are not in uv's cache, and the package index cannot be reached"
    return World.one(
        "WL561", message, "connect once and run the same command again; later it works offline", output=said
    )


def _said(ended: "subprocess.CompletedProcess[str]") -> str:
    return "\n".join(ended.stdout.strip().splitlines()[-TAIL:])
