"""What a step is called with: names, and digests of all that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from windlass.ports import Files


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of one step of a run. ``code``, ``lock`` and ``spec`` are digests of the store, ``data`` the md5 of each
    dataset, ``inputs`` the digest that the run is named by, if it is; ``collect`` asks the step `refresh` for new data,
    ``trial`` the step `trial` for one, counted from 1. ``out`` is the folder for what the step leaves to others."""

    step: str
    slug: str
    environment: str
    code: str
    lock: str
    spec: str
    data: Mapping[str, str]
    out: Path
    inputs: str = ""
    collect: bool = False
    trial: int = 0
    run: str = ""
    status: str = ""

    def leave(self, files: Files, name: str, text: str) -> None:
        """A small value that the scheduler reads."""
        files.write(self.out / name, text.encode())
