"""Wheels for the pods of a cluster, on whatever machine: pip fetches for another platform, and uv, which installs them in the
pods, says whether they are all there.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from windlass.adapters import uvcommand
from windlass.engine import lockfile
from windlass.engine.lower.images import PYTHON
from windlass.model import digests
from windlass.model.failure import Findings

PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28")
"""What pods run on, as uv calls it; what is fetched is for the first."""
TAGS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
    *(f"manylinux{old}_x86_64" for old in (2014, 2010, 1)),
)
"""How pip calls it: each glibc up to that one, because it asks for just what it is told."""

NOT_THERE = "the package index has no wheels for pods of all that is pinned"


class FolderWheels:
    """`ports.Wheels` out of a folder that a person filled, for either platform."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def folder(self, lock: bytes) -> Path | None:
        """The folder, unless it has no file of the lock."""
        wanted = lockfile.hashes(lock)
        files = [path for path in self._folder.glob("*") if path.is_file()]
        if not any(digests.of_bytes(path.read_bytes()) in wanted for path in files):
            return None
        told = [_lacking(lock, self._folder, platform) for platform in PLATFORMS]
        if all(told):
            raise _missing(f"`{self._folder}` lacks wheels that pods need", told[0])
        return self._folder


class IndexWheels:
    """`ports.Wheels` from the package index that pip is set up for, for pods on x86-64. They lie below a folder."""

    def __init__(self, below: Path) -> None:
        self._below = below

    def folder(self, lock: bytes) -> Path | None:
        """A folder of the lock's own, filled once."""
        folder = self._below / digests.short(digests.of_bytes(lockfile.body(lock)), 16)
        if _lacking(lock, folder, PLATFORMS[0]):
            self._fetch(lock, folder)
        if told := _lacking(lock, folder, PLATFORMS[0]):
            raise _missing(NOT_THERE, told)
        return folder

    def _fetch(self, lock: bytes, folder: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="windlass-") as place:
            pins = Path(place, "requirements.lock")
            pins.write_bytes(lockfile.body(lock))
            quiet = ["--quiet", "--disable-pip-version-check", "--no-input"]
            only = ["--require-hashes", "--no-deps", "--only-binary", ":all:", "--python-version", PYTHON]
            tags = [word for tag in TAGS for word in ("--platform", tag)]
            command = ["pip", "download", *quiet, *only, *tags, "-r", str(pins), "-d", str(folder)]
            ended = subprocess.run(
                [sys.executable, "-m", *command],
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
        if ended.returncode:
            told = uvcommand.words(ended)
            if uvcommand.NETWORK.search(told):
                raise uvcommand.no_network(told)
            raise _missing(NOT_THERE, told)


def _lacking(lock: bytes, folder: Path, platform: str) -> str:
    """What uv misses among the files of a folder where it installs for a platform; nothing where all are there."""
    with tempfile.TemporaryDirectory(prefix="windlass-") as place:
        pins = Path(place, "requirements.lock")
        pins.write_bytes(lockfile.body(lock))
        folder.mkdir(parents=True, exist_ok=True)
        alone = ["--offline", "--no-index", "--no-build", "--find-links", str(folder), "--cache-dir", f"{place}/cache"]
        there = ["--target", f"{place}/library", "--python-platform", platform, "--python-version", PYTHON]
        command = [
            "pip",
            "install",
            "--quiet",
            "--dry-run",
            "--no-deps",
            "--require-hashes",
            *alone,
            *there,
            "-r",
            str(pins),
        ]
        ended = uvcommand.run(command)
    return uvcommand.words(ended) if ended.returncode else ""


def _missing(message: str, told: str) -> Findings:
    hint = "pods build nothing: a package without a wheel for them needs another version, or a wheel of your own"
    return Findings.one("WL563", message, hint, output=told)
