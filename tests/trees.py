"""Scratch trees for tests: the base repository with a few edits, judged in memory or laid on the disk."""

import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.transcript import BASE, ROOT, surroundings
from windlass.engine import validate
from windlass.engine.asks import asks
from windlass.engine.tree import Fact
from windlass.model.diagnostic import Diagnostic

TODAY = "2026-03-03"
MODEL = "specs/vision/digits/model.yaml"
DATASET = "specs/vision/datasets/digits/dataset.yaml"


def environment(name: str) -> str:
    """The path of an environment's document."""
    return f"environments/{name}/environment.yaml"


def base() -> dict[str, bytes]:
    """Every YAML file of the base repository."""
    return {path.relative_to(BASE).as_posix(): path.read_bytes() for path in sorted(BASE.rglob("*.yaml"))}


def edited(path: str, old: str, new: str) -> dict[str, bytes]:
    """The base repository with one edit."""
    files = base()
    assert old.encode() in files[path], f"{old!r} is not in {path}"
    return files | {path: files[path].replace(old.encode(), new.encode(), 1)}


def judged(files: Mapping[str, bytes], *, exist: bool = True) -> tuple[Diagnostic, ...]:
    """The findings of a tree in memory. Files that rules ask about exist as in the base repository."""
    reading = validate.read(files)
    return validate.judge(reading, {path: _fact(path) for path in asks(reading.meant, ())} if exist else {}, TODAY)


def codes(files: Mapping[str, bytes]) -> list[str]:
    """The codes of a tree's findings, in the order in which they are told."""
    return [finding.code for finding in judged(files)]


def laid_out(folder: Path, *, git: bool = False) -> Path:
    """A copy of the base repository on the disk."""
    shutil.copytree(BASE, folder)
    if git:
        subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    return folder


def windlass(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The real command in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = folder.parent / f"{folder.name}-home"
    scratch.mkdir(exist_ok=True)
    settings = surroundings(scratch) | {"PYTHONPATH": str(ROOT / "platform")}
    command = [sys.executable, "-m", "windlass", *words]
    return subprocess.run(command, cwd=folder, env=settings, capture_output=True, text=True, check=False, timeout=300)


def _fact(path: str) -> Fact:
    there = BASE / path
    return Fact("file", there.read_bytes()) if there.is_file() else Fact("folder" if there.is_dir() else "absent")
