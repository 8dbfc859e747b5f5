"""Runs trials in folders of their own inside DVC's folder for passing things, which nobody commits and DVC does not read."""

import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path

from windlass.adapters.dvc_cache import DvcCache
from windlass.adapters.files import trouble
from windlass.model.failure import Findings

DVC = ".dvc"
FOLDERS = "folders"
THREADS = "OMP_NUM_THREADS"
"""What OpenMP, OpenBLAS and MKL go by."""


class DvcTrialFolders:
    """`ports.TrialFolders` of the DVC repository at a folder. Commands are in our process group: they end with it."""

    def __init__(self, repository: Path) -> None:
        self.root = repository.absolute() / DVC / "tmp" / "trials"

    @classmethod
    def around(cls, folder: Path) -> "DvcTrialFolders":
        """That of the DVC repository in which a folder is. Raises `Findings` (WL300) where there is none."""
        here = folder.absolute()
        for one in (here, *here.parents):
            if (one / DVC).is_dir():
                return cls(one)
        hint = "`dvc init` makes one; `windlass up` needs none and tunes by itself"
        raise Findings.one("WL300", f"`{folder}` is in no DVC repository", hint)

    def md5(self, path: Path) -> str | None:
        """What DVC calls this content."""
        return DvcCache(self.root).md5(path)

    def clear(self) -> None:
        """Remove every folder."""
        shutil.rmtree(self.root / FOLDERS, ignore_errors=True)

    def lay(self, name: str, copies: Mapping[str, Path], folders: Iterable[str]) -> Path:
        """Copies, so that code which writes over what it reads disturbs nobody else."""
        place = self.root / FOLDERS / name
        try:
            shutil.rmtree(place, ignore_errors=True)
            for folder in folders:
                (place / folder).mkdir(parents=True, exist_ok=True)
            for relative, source in copies.items():
                target = place / relative
                target.parent.mkdir(parents=True, exist_ok=True)
                if source.is_dir():
                    shutil.copytree(source, target, dirs_exist_ok=True)
                elif source.is_file():
                    shutil.copy2(source, target)
        except OSError as error:
            raise trouble(place, error, "written") from error
        return place

    def run(self, command: str, folder: Path, log: Path, beside: int) -> int:
        """As DVC runs a stage: by the shell. Libraries that would start a thread for each core get their part of the cores,
        unless the team says otherwise: threads that wait for each other make trials slower than one after the other."""
        cores = os.cpu_count() or 1
        environment = {THREADS: str(max(1, cores // beside)), **os.environ} if beside > 1 else None
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("ab") as output:
                words = ["/bin/sh", "-c", command]
                return subprocess.run(
                    words,
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                ).returncode
        except OSError as error:
            raise trouble(log, error, "written") from error
