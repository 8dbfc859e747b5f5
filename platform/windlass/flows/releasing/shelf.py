"""Release folders as they lie: in a commit, or under `.windlass/` for `local`, where three files must change as one.

A folder of `local` is written through a journal: one file that holds all three. A kill before it changes nothing, a kill after
it loses nothing, because whoever reads next finishes the writing.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from windlass.engine import release as releases
from windlass.model import layout
from windlass.model.specs.environment import LOCAL
from windlass.ports import Files, Ports

JOURNAL = "journal.json"


def committed(ports: Ports, environment: str, commit: str | None) -> dict[str, dict[str, bytes]]:
    """``team/model`` to the files of its release, for every release of an environment at a commit."""
    return within(ports, environment, ports.git.tree(commit)) if commit else {}


def within(ports: Ports, environment: str, tree: Files) -> dict[str, dict[str, bytes]]:
    """The same, of what a tree holds of a commit."""
    return _below(tree, ports.root / layout.ENVIRONMENTS / environment / "releases")


def at(ports: Ports, environment: str, slug: str, commit: str) -> dict[str, bytes]:
    """The files of one release at a commit; empty where there is none."""
    return _files(ports.git.tree(commit), ports.root / layout.release_folder(environment, slug))


def lying(ports: Ports, environment: str) -> dict[str, dict[str, bytes]]:
    """The same, as they lie in the work tree."""
    return within(ports, environment, ports.files)


def local(ports: Ports) -> dict[str, dict[str, bytes]]:
    """``team/model`` to the files of its release in `local`, any half-written folder finished first."""
    top = ports.root / layout.state(LOCAL, "releases")
    for path in list(ports.files.walk(top)):
        if path.name == JOURNAL:
            _finish(ports, path)
    return _below(ports.files, top)


def write_local(ports: Ports, slug: str, files: Mapping[str, bytes]) -> None:
    """Replace the folder of one release in `local`, whole or not at all."""
    journal = ports.root / layout.release_folder(LOCAL, slug) / JOURNAL
    ports.files.write(journal, json.dumps({name: data.decode() for name, data in files.items()}).encode())
    ports.progress.point("release.journal")
    _finish(ports, journal)


def _finish(ports: Ports, journal: Path) -> None:
    try:
        files = json.loads(ports.files.read(journal) or b"{}")
    except ValueError:
        # Windlass writes it whole or not at all; what somebody else made of it says nothing, and the folder is still as it was.
        files = {}
    for name in releases.FILES:
        if name in files:
            ports.files.write(journal.with_name(name), files[name].encode())
            ports.progress.point(f"release.{name.partition('.')[0]}")
    ports.files.remove(journal)


def _below(files: Files, top: Path) -> dict[str, dict[str, bytes]]:
    folders = [path.parent for path in files.walk(top) if path.name == releases.RELEASE]
    return {folder.relative_to(top).as_posix(): _files(files, folder) for folder in folders}


def _files(files: Files, folder: Path) -> dict[str, bytes]:
    found = {name: files.read(folder / name) for name in releases.FILES}
    return {name: data for name, data in found.items() if data is not None}
