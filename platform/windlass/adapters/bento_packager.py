"""Builds bentos in the model's own interpreter, by a worker process that can be warmed while stages still run.

A bento is named by what goes in: model bytes, contract, lock and the fixed service program. One that was built before is
taken as it is, after its bytes were hashed again.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from windlass.adapters.files import trouble
from windlass.adapters.folder_depot import lives
from windlass.adapters.worker import Worker
from windlass.model import digests, layout
from windlass.model.candidate import BentoPin
from windlass.model.failure import Findings, World
from windlass.runtime import build

PROGRAM = Path(build.__file__).parent


class BentoPackager:
    """`ports.Packager` with BentoML. Built bentos lie in `.windlass/cache/bentos/<content>`."""

    def __init__(self, root: Path, point: Callable[[str], None] = lambda name: None) -> None:
        self._point = point
        self._cache = root / layout.STATE / "cache" / "bentos"
        # BentoML keeps one store of its own; each process has its own, so that two builds of one tag never meet
        self._homes = root / layout.STATE / "cache" / "bentoml"
        self._home = self._homes / str(os.getpid())
        self._workers: dict[Path, Worker] = {}

    def warm(self, python: Path) -> None:
        """Start the worker of an interpreter, which then imports BentoML and scikit-learn on its own time."""
        if python not in self._workers:
            for left in self._homes.glob("*"):
                if not lives(left.name):  # a killed process's; its work lies below, too
                    shutil.rmtree(left, ignore_errors=True)
            self._workers[python] = Worker(python, build.__file__, environment(self._home), "packaging")

    def build(self, python: Path, name: str, model: Path, contract: bytes, lock: bytes) -> tuple[BentoPin, Path]:
        """Build or find the bento. Raises `Findings` (WL523) where model and contract cannot serve together, `World` (WL524)
        where BentoML fails.
        """
        content = _content(name, model, contract, lock)
        tag = f"{name}:{digests.short(content)}"
        folder = self._cache / digests.short(content, 32)
        if not folder.exists():
            self._make(python, tag, model, contract, lock, folder)
            self._point("bento.kept")
        return BentoPin(tag=tag, digest=tree_digest(folder)), folder

    def close(self) -> None:
        """End the workers."""
        for worker in self._workers.values():
            worker.close()
        self._workers.clear()
        shutil.rmtree(self._home, ignore_errors=True)

    def _make(self, python: Path, tag: str, model: Path, contract: bytes, lock: bytes, folder: Path) -> None:
        self.warm(python)
        name, _, version = tag.partition(":")
        try:
            self._cache.mkdir(parents=True, exist_ok=True)
            self._home.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self._home, prefix="build-") as work:
                files = {"contract": Path(work, "contract.json"), "lock": Path(work, "requirements.lock")}
                files["contract"].write_bytes(contract)
                files["lock"].write_bytes(lock)
                places = {key: str(path) for key, path in {"model": model, "work": Path(work), **files}.items()}
                answer = self._workers[python].ask({"name": name, "version": version, **places})
                if "unfit" in answer:
                    hint = "change `spec.serving` or what the code saves, so that the one describes the other"
                    raise Findings.one("WL523", f"{tag}: {answer['unfit']}", hint)
                if "error" in answer:
                    fact, hint = f"BentoML could not build {tag}: {answer['error']}", "its last words stand below"
                    raise World.one("WL524", fact, hint, output=self._workers[python].said())
                made = Path(answer["folder"])
                self._point("bento.built")
                try:
                    made.rename(folder)
                except OSError:
                    if not folder.exists():  # else another process was faster, with the same content
                        raise
        except OSError as error:
            raise trouble(folder, error, "written") from error


def environment(home: Path) -> dict[str, str]:
    """What BentoML needs around it: a home inside the project, no telemetry, and uv in sight (it looks for it, and would
    try to install it, even when nothing is to be locked).
    """
    import uv

    found = {
        key: value for key, value in os.environ.items() if not key.startswith(("BENTOML_", "PYTHONPATH", "PYTHONHOME"))
    }
    path = os.pathsep.join([str(Path(uv.find_uv_bin()).parent), os.environ.get("PATH", "")])
    return {**found, "PATH": path, "BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True"}


def tree_digest(folder: Path) -> str:
    """The digest of a folder as the store would give it."""
    return digests.of_tree(
        {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    )


def _content(name: str, model: Path, contract: bytes, lock: bytes) -> str:
    program = {file: digests.of_bytes((PROGRAM / file).read_bytes()) for file in (*build.TRAVELS, "build.py")}
    parts = {"contract": digests.of_bytes(contract), "lock": digests.of_bytes(lock), "model": tree_digest(model)}
    return digests.of_value({"name": name, "program": program, **parts})


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return digests.PREFIX + hashlib.file_digest(file, "sha256").hexdigest()
