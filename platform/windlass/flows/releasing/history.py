"""How a release folder moved, from git's first-parent history of the default branch: merge or squash, one commit each."""

from collections.abc import Iterator
from dataclasses import dataclass

from windlass.engine import release as releases
from windlass.engine.release import Folder
from windlass.flows.releasing import shelf
from windlass.model import layout
from windlass.ports import Commit, Ports


@dataclass(frozen=True, slots=True)
class Move:
    """One commit that changed a release folder: the folder after it, and who proposed it (None for a direct commit)."""

    merge: Commit
    proposal: Commit | None
    folder: Folder


def brought(ports: Ports, environment: str, slug: str, base: str) -> Commit | None:
    """The commit that brought a release folder to what it is at ``base``, its signature checked."""
    paths = [layout.release_folder(environment, slug)]
    return next(iter(ports.git.log(base, paths, first_parent=True, limit=1, signatures=True)), None)


def moves(ports: Ports, environment: str, slug: str, base: str) -> Iterator[Move]:
    """Every move of a release folder up to a commit, newest first. A folder that cannot be read is passed over."""
    folder = layout.release_folder(environment, slug)
    for merge in ports.git.log(base, [folder], first_parent=True):
        found, _ = releases.examine(shelf.at(ports, environment, slug, merge.sha), folder)
        if found is not None:
            yield Move(merge, proposal(ports, merge, folder), found)


def proposal(ports: Ports, merge: Commit, folder: str) -> Commit | None:
    """The commit that a merge brought in and that Windlass wrote; a squash is its own proposal."""
    if len(merge.parents) > 1:
        commits = ports.git.log(f"{merge.parents[0]}..{merge.sha}", [folder], signatures=True)
        return next((commit for commit in commits if "Windlass-Release" in commit.trailers), None)
    return merge if "Windlass-Release" in merge.trailers else None
