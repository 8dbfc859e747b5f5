"""The repository: its history, and branches that are written without a work tree."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from windlass.ports.files import Files


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as audit and proposals need it. ``signature`` is git's ``%G?`` letter, ``signer`` its ``%GS``."""

    sha: str
    parents: tuple[str, ...]
    author: str
    author_email: str
    committer: str
    committer_email: str
    time: datetime
    subject: str
    trailers: Mapping[str, tuple[str, ...]]
    signature: str
    signer: str


class Git(Protocol):
    """The repository. Branch writes go through plumbing and never touch the work tree or the index."""

    root: Path

    def head(self) -> str | None:
        """The commit checked out, None in an empty repository."""
        ...

    def branch(self) -> str | None:
        """The branch checked out, None when detached."""
        ...

    def default_branch(self) -> str:
        """The branch that is deployed: the remote's HEAD, else `main` or `master`, else the current one."""
        ...

    def dirty(self, paths: Sequence[str] = ()) -> tuple[str, ...]:
        """Repository-relative paths that differ from HEAD (tracked or untracked, not ignored)."""
        ...

    def changed(self, base: str, head: str) -> tuple[str, ...]:
        """Repository-relative paths that differ between a commit and the last one that it has in common with a base; a file
        that was renamed under both names. Raises `World` where they have none."""
        ...

    def tracked(self, folder: str) -> frozenset[str]:
        """Repository-relative paths below a folder that git tracks (in the index)."""
        ...

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision names, if any."""
        ...

    def read(self, revision: str, path: str) -> bytes | None:
        """A file at a revision."""
        ...

    def folders(self, revision: str, folder: str) -> Mapping[str, str]:
        """Folders in a folder at a revision, each with an id of all that is in it."""
        ...

    def files(self, revision: str, folder: str) -> tuple[str, ...]:
        """Repository-relative paths below a folder at a revision."""
        ...

    def tree(self, revision: str, below: tuple[str, ...] = ()) -> Files:
        """The repository's files as they are at a revision, read-only, under the same absolute paths as the work tree's; where
        folders are given, those ``below`` them alone."""
        ...

    def log(
        self,
        revision: str,
        paths: Sequence[str] = (),
        first_parent: bool = False,
        limit: int | None = None,
        signatures: bool = False,
    ) -> tuple[Commit, ...]:
        """Commits, newest first. Signatures are checked on request only: each one starts another program."""
        ...

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether the one leads to the other."""
        ...

    def shallow(self) -> bool:
        """Whether history is cut."""
        ...

    def user(self) -> tuple[str, str]:
        """Name and address that a commit would carry; empty where git does not know."""
        ...

    def has_remote(self) -> bool:
        """Whether there is a remote named origin."""
        ...

    def tip(self, branch: str) -> str | None:
        """Where the local branch is."""
        ...

    def branches(self, folder: str) -> Mapping[str, str]:
        """Branches below a folder of names (`windlass`) to their commits: the remote's, as last fetched, where there is one,
        else the local ones."""
        ...

    def write_commit(
        self, parent: str | None, files: Mapping[str, bytes | None], message: str, sign: bool = True
    ) -> str:
        """A commit of ``parent``'s tree with these files changed (None removes), on no branch yet. It is signed where the
        person's git signs; ``sign=False`` never signs, and lends Windlass' name where git knows nobody.
        """
        ...

    def move_branch(self, branch: str, commit: str, expected: str | None) -> None:
        """Point a local branch at a commit if it is still where it was expected (None: nowhere); else `World` WL544.
        A branch that is checked out is refused (WL545)."""
        ...

    def fetch(self, branch: str) -> str | None:
        """Where the remote's branch is, brought here; without a remote the local branch. None if there is none. A remote
        that cannot be reached is `World` WL542."""
        ...

    def push(self, branch: str, expected: str | None = None) -> bool:
        """Push a local branch to the remote; False where there is no remote. ``expected`` replaces what is there if it is
        still that commit. A rejected push is `World` with code WL541, a remote that cannot be reached WL542.
        """
        ...
