"""Who renders the fleet: Windlass in three states, and its peers, each with the program that stands in `peers/`."""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from facts import Record
from fleet import ENVIRONMENTS
from watch import Cost, one_after_another, watched

PEERS = Path(__file__).resolve().parent / "peers"
BIN = Path(sys.executable).parent
COLD = "Windlass, cold"
"""The row that all others are compared with."""
OBJECTS = 9
"""How many objects each model serves from in an environment."""


@dataclass(frozen=True)
class Fleet:
    """One size of the fleet on disk, and what peers are given of it."""

    count: int
    repository: Path
    scratch: Path
    records: Sequence[Record]

    @property
    def objects(self) -> int:
        return self.count * len(ENVIRONMENTS) * OBJECTS

    @property
    def rendered(self) -> Path:
        """Where Windlass writes."""
        return self.scratch / "rendered"

    def made(self, name: str) -> Path:
        """Where a peer writes: a new folder."""
        folder = self.scratch / "made" / name.replace(" ", "-")
        self.set_aside(folder)
        folder.mkdir(parents=True)
        return folder

    def set_aside(self, folder: Path) -> None:
        """Out of the way, and not deleted: a file system that has just deleted many files is slow to make new ones."""
        if folder.exists():
            folder.rename(tempfile.mkdtemp(dir=self.scratch))


class Contender(Protocol):
    """One row of the table at each size up to ``largest``."""

    @property
    def name(self) -> str: ...

    @property
    def largest(self) -> int: ...

    def run(self, fleet: Fleet) -> Cost:
        """Do it once. What has to be so before is not timed."""
        ...


@dataclass(frozen=True)
class Windlass:
    """`windlass render dev staging prod --out DIR`: ``cold`` (nothing remembered, no output), ``warm`` (nothing changed) or
    ``changed`` (the spec of one model has)."""

    name: str
    state: str
    largest: int = sys.maxsize

    def run(self, fleet: Fleet) -> Cost:
        if self.state == "cold":
            shutil.rmtree(fleet.repository / ".windlass", ignore_errors=True)
            fleet.set_aside(fleet.rendered)
        elif self.state == "changed":
            _edit(fleet.repository / "specs/team-000/model-00001/model.yaml")
        # what changed a moment ago may change again at the same time as the clock has it, so Windlass would not remember it
        time.sleep(0.3)
        return watched([str(BIN / "windlass"), "render", *ENVIRONMENTS, "--out", str(fleet.rendered)], fleet.repository)


@dataclass(frozen=True)
class Program:
    """A peer that is a Python package: ``words`` for its `run.py`, the first of which is ``document`` or ``files``. A process is
    given so many ``models`` at the most; further ones go to a process after it."""

    name: str
    python: Path
    folder: str
    words: tuple[str, ...]
    models: int
    largest: int

    def run(self, fleet: Fleet) -> Cost:
        home, target = fleet.scratch / self.folder, fleet.made(self.name)
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(PEERS / self.folder, home)
        size, costs = self.models * len(ENVIRONMENTS), []
        for start in range(0, len(fleet.records), size):
            (home / "facts.json").write_text(json.dumps(fleet.records[start : start + size], indent=1))
            out = target / f"{start:06}" if self.words[0] == "document" else target
            costs.append(watched([str(self.python), "run.py", *self.words, "facts.json", str(out)], home))
        return one_after_another(costs)


@dataclass(frozen=True)
class Kustomize:
    """`kustomize build` of one folder that names an overlay for each model and environment."""

    name: str
    command: tuple[str, ...]
    words: tuple[str, ...]
    largest: int

    def run(self, fleet: Fleet) -> Cost:
        folder, target = fleet.scratch / "kustomize", fleet.made(self.name)
        if not folder.exists():
            facts = fleet.scratch / "facts.json"
            facts.write_text(json.dumps(fleet.records))
            write = [sys.executable, str(PEERS / "kustomize/write.py"), *map(str, (facts, fleet.rendered, folder))]
            subprocess.run(write, check=True)
        out = target if self.words[0] == "files" else target / "000000"
        return watched([*self.command, str(folder), "--output", str(out)], fleet.scratch)


def contenders(python: Path) -> list[Contender]:
    """All rows, in the order in which they take turns. Peers' packages are those of ``python``."""
    plain, tuned = ("with-collector",), ("without-collector",)
    build = kustomize()
    rows: list[Contender] = [
        Windlass(COLD, "cold"),
        Windlass("Windlass, nothing changed", "warm"),
        Windlass("Windlass, one spec changed", "changed"),
        Program("jrsonnet", python, "jsonnet", ("document", *plain), 1000, 1000),
        Program("jrsonnet, with files", python, "jsonnet", ("files", *plain), 1000, 1000),
        Program("jrsonnet tuned", python, "jsonnet", ("document", *tuned), 200, sys.maxsize),
        Program("jrsonnet tuned, with files", python, "jsonnet", ("files", *tuned), 200, sys.maxsize),
        Program("KCL", python, "kcl", ("document",), 1000, 1000),
        Program("KCL, with files", python, "kcl", ("files",), 1000, 1000),
    ]
    if build:
        rows.append(Kustomize("kustomize", build, ("document",), 100))
        rows.append(Kustomize("kustomize, with files", build, ("files",), 100))
    return rows


def kustomize() -> tuple[str, ...] | None:
    """The command that builds a kustomization here, if any."""
    if shutil.which("kustomize"):
        return ("kustomize", "build")
    return ("kubectl", "kustomize") if shutil.which("kubectl") else None


def installed(folder: Path) -> Path:
    """An interpreter with the peers' packages, in an environment of their own."""
    uv, python = str(BIN / "uv"), folder / "bin/python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(folder)], check=True)
    lock = str(PEERS / "requirements.lock")
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--python", str(python), "--require-hashes", "-r", lock], check=True
    )
    return python


def _edit(spec: Path) -> None:
    """Ask for a little more of the processor than the last time."""
    text = spec.read_text()
    spec.write_text(re.sub(r"cpu: (\d+)m", lambda found: f"cpu: {int(found[1]) + 1}m", text, count=1))
