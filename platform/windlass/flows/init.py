"""`windlass init`: a config repository of one's own, or the state folder of one that exists. Nothing that exists is changed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from windlass.flows.starts import filled
from windlass.model import layout
from windlass.ports import Files

IGNORE_ALL = b"*\n"


@dataclass(frozen=True, slots=True)
class Made:
    """What `init` did: files written (relative to the folder), whether a git repository was made, and whether the folder
    already was a config repository."""

    root: Path
    files: tuple[str, ...]
    git: bool
    existed: bool


def init(files: Files, folder: Path, shipped: Callable[[str], Path], start_git: Callable[[Path], bool]) -> Made:
    """Make a folder a config repository. ``shipped`` finds what travels with Windlass, ``start_git`` makes a git repository
    around the folder unless there is one, and says whether it did."""
    existed = any(files.look(folder / top).kind == "folder" for top in (layout.SPECS, layout.ENVIRONMENTS))
    written: list[str] = []
    if not existed:
        for name, data in filled(files, shipped("templates") / "starts" / "repository", {}):
            written += _write(files, folder, name, data)
        schemas = shipped("schemas")
        for path, _ in files.survey(schemas):
            written += _write(files, folder, f"schemas/{path.relative_to(schemas).as_posix()}", files.read(path) or b"")
    git = start_git(folder)
    written += _write(files, folder, f"{layout.STATE}/.gitignore", IGNORE_ALL)
    return Made(folder, tuple(written), git, existed)


def _write(files: Files, folder: Path, name: str, data: bytes) -> list[str]:
    if files.look(folder / name).kind != "absent":
        return []
    files.write(folder / name, data)
    return [name]
