"""What a search needs: folders in which commands run side by side and see nothing of each other."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol


class TrialFolders(Protocol):
    """Folders for trials, below ``root``. Safe to use from several threads."""

    root: Path

    def md5(self, path: Path) -> str | None:
        """What the pipelines backend calls the content of a file or folder; None where there is nothing."""
        ...

    def clear(self) -> None:
        """Remove every folder: what a killed run left."""
        ...

    def lay(self, name: str, copies: Mapping[str, Path], folders: Iterable[str]) -> Path:
        """A new folder that holds copies of files and folders at relative paths, and empty folders."""
        ...

    def run(self, command: str, folder: Path, log: Path, beside: int) -> int:
        """Run a line of shell in a folder without input, its output at the end of ``log``; the exit status. ``beside`` is how
        many run at once and share this machine."""
        ...
