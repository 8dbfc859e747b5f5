"""The repository through the git program. Everything is read from objects and written by plumbing: neither the work tree
nor the index is ever touched.
"""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from windlass.adapters import gitlog
from windlass.adapters.gitcommand import GitError, run, trouble
from windlass.adapters.gittree import TreeFiles
from windlass.model.failure import Usage, World
from windlass.ports import Commit

REMOTE = "origin"
FIXED = re.compile(r"[0-9a-f]{40,64}(\.\.[0-9a-f]{40,64})?")
"""Revisions that mean the same for ever."""
FETCH = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
NOBODY = {
    "GIT_AUTHOR_NAME": "windlass",
    "GIT_AUTHOR_EMAIL": "windlass@localhost",
    "GIT_COMMITTER_NAME": "windlass",
    "GIT_COMMITTER_EMAIL": "windlass@localhost",
}


class CommandGit:
    """`ports.Git` over the command line. ``start`` is any folder inside the repository."""

    def __init__(self, start: Path) -> None:
        self.root = _top(start)
        # A commit never changes, so what was asked about commits by their full names need not be asked again.
        self._commits: set[str] = set()
        self._trees: dict[tuple[str, tuple[str, ...]], TreeFiles] = {}
        self._logs: dict[tuple[str, ...], tuple[Commit, ...]] = {}
        self._blobs: dict[bytes, bytes] = {}

    def head(self) -> str | None:
        """The commit checked out; None before the first one."""
        return self.resolve("HEAD")

    def branch(self) -> str | None:
        """The branch checked out; None when HEAD is detached."""
        return self._ask("symbolic-ref", "--quiet", "--short", "HEAD")

    def default_branch(self) -> str:
        """The remote's HEAD where it is known, else `main` or `master`, else the branch checked out."""
        prefix = f"refs/remotes/{REMOTE}/"
        known = self._ask("symbolic-ref", "--quiet", f"{prefix}HEAD")
        if known is not None:
            return known.removeprefix(prefix)
        for name in ("main", "master"):
            if self.tip(name) or self.resolve(prefix + name):
                return name
        return self.branch() or "main"

    def dirty(self, paths: Sequence[str] = ()) -> tuple[str, ...]:
        """What `git status` would list, each file by itself."""
        out = self._run("read the status", "status", "--porcelain", "-z", "--no-renames", "-uall", "--", *paths)
        return tuple(os.fsdecode(entry[3:]) for entry in out.split(b"\0") if entry)

    def changed(self, base: str, head: str) -> tuple[str, ...]:
        """What `git diff base...head` names."""
        return _names(
            self._run(
                "compare commits", "diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", f"{base}...{head}"
            )
        )

    def tracked(self, folder: str) -> frozenset[str]:
        """Paths below a folder in the index."""
        return frozenset(_names(self._run("list files", "ls-files", "-z", "--", folder or ".")))

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision names."""
        if revision in self._commits:
            return revision
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        self._commits |= {found} if found else set()
        return found

    def read(self, revision: str, path: str) -> bytes | None:
        """A file's bytes at a revision; None where there is no such file."""
        return self.tree(revision).read(self.root / path)

    def files(self, revision: str, folder: str) -> tuple[str, ...]:
        """Paths below a folder at a revision, sorted as git sorts."""
        commit = self.resolve(revision)
        if commit is None:
            return ()
        below = [folder.rstrip("/") + "/"] if folder.strip("/.") else []
        return _names(
            self._run("list files", "ls-tree", "-r", "-z", "--full-tree", "--name-only", commit, "--", *below)
        )

    def folders(self, revision: str, folder: str) -> Mapping[str, str]:
        """Folders in a folder at a revision, each with an id of all that is in it."""
        out = self._run("list folders", "ls-tree", "-z", "--full-tree", revision, "--", folder.rstrip("/") + "/")
        lines = (line.partition(b"\t") for line in out.split(b"\0") if line)
        found = ((os.fsdecode(path).rpartition("/")[2], head.split(b" ")) for head, _, path in lines)
        return {name: kind[2].decode() for name, kind in found if kind[1] == b"tree"}

    def tree(self, revision: str, below: tuple[str, ...] = ()) -> TreeFiles:
        """The files of a revision, as if the work tree were clean and there."""
        commit = self.resolve(revision)
        if commit is None:
            return TreeFiles(self.root, None, self._blobs)
        if (commit, below) not in self._trees:
            # a part of a tree is asked for while that part is worked on, and never again
            self._trees = {asked: tree for asked, tree in self._trees.items() if not asked[1]}
            self._trees[commit, below] = TreeFiles(self.root, commit, self._blobs, below)
        return self._trees[commit, below]

    def log(
        self,
        revision: str,
        paths: Sequence[str] = (),
        first_parent: bool = False,
        limit: int | None = None,
        signatures: bool = False,
    ) -> tuple[Commit, ...]:
        """Commits, newest first; with ``first_parent`` a merge counts as the change of what it brought in."""
        options = ["-z", gitlog.form(signatures)]
        options += ["--first-parent"] if first_parent else []
        options += [f"--max-count={limit}"] if limit is not None else []
        words = ("log", *options, "--end-of-options", revision, "--", *paths)
        if words in self._logs:
            return self._logs[words]
        found = gitlog.parse(self._run("read the history", *words))
        if FIXED.fullmatch(revision):
            self._logs[words] = found
        return found

    def changing(self, revision: str, folder: str) -> tuple[str, ...]:
        """The commits that changed or removed a file below a folder, rather than adding one."""
        options = ("--format=%H", "--diff-filter=DMT", "--no-renames")
        out = self._run("read the history", "log", *options, "--end-of-options", revision, "--", folder)
        return tuple(out.decode().split())

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether one commit leads to another (or is it)."""
        old, new = self.resolve(ancestor), self.resolve(descendant)
        if old is not None and old == new:
            return True
        return bool(old and new) and self._ask("merge-base", "--is-ancestor", str(old), str(new)) is not None

    def shallow(self) -> bool:
        """Whether the history was cut when this repository was cloned."""
        return self._shallow

    def user(self) -> tuple[str, str]:
        """Name and address of the committer, empty where git knows neither."""
        who = self._ask("var", "GIT_COMMITTER_IDENT")
        if who is None:
            return "", ""
        name, _, rest = who.partition(" <")
        return name, rest.partition(">")[0]

    def has_remote(self) -> bool:
        """Whether `origin` has an address."""
        return self._remote

    def tip(self, branch: str) -> str | None:
        """Where the local branch is."""
        return self.resolve(f"refs/heads/{branch}")

    def branches(self, folder: str) -> dict[str, str]:
        """Branches below a folder of names, as last fetched."""
        top = f"refs/remotes/{REMOTE}" if self._remote else "refs/heads"
        out = self._run("list branches", "for-each-ref", "--format=%(objectname) %(refname)", f"{top}/{folder}/")
        pairs = (os.fsdecode(line).partition(" ") for line in out.splitlines())
        return {name.removeprefix(f"{top}/"): commit for commit, _, name in pairs}

    def write_commit(
        self, parent: str | None, files: Mapping[str, bytes | None], message: str, sign: bool = True
    ) -> str:
        """A commit made in an index of its own, on no branch."""
        tree = self._write_tree(parent, files)
        known = bool(self.user()[0])
        if sign and not known:
            hint = 'git config --global user.name "Your Name"; git config --global user.email you@example.org'
            raise World.one("WL547", "git does not know who you are, so it cannot commit", hint)
        options = ["-p", parent] if parent else []
        options += ["-S"] if sign and self._ask("config", "--type=bool", "commit.gpgsign") == "true" else []
        try:
            arguments = ("commit-tree", *options, tree, "-F", "-")
            out = run(self.root, *arguments, data=message.encode(), extra=None if known else NOBODY)
        except GitError as error:
            if "-S" in options:
                hint = "`git commit -S` must work here; or `git config commit.gpgsign false`. git said: " + error.words
                raise World.one("WL546", "git could not sign the commit", hint) from error
            raise trouble("commit", error) from error
        return out.decode().strip()

    def move_branch(self, branch: str, commit: str, expected: str | None) -> None:
        """Compare and swap."""
        name = f"refs/heads/{branch}"
        where = self._ask("for-each-ref", "--format=%(worktreepath)", name)
        if where:
            hint = "check out another branch there, then run the same command again"
            raise World.one("WL545", f"branch `{branch}` is checked out in {where}", hint)
        try:
            run(self.root, "update-ref", name, commit, expected or "0" * len(commit))
        except GitError as error:
            if "but expected" in error.words or "reference already exists" in error.words:
                message = f"branch `{branch}` moved while this command was at work"
                raise World.one("WL544", message, "run the same command again") from error
            raise trouble(f"move branch `{branch}`", error) from error

    def fetch(self, branch: str) -> str | None:
        """Bring the remote's branch under `refs/remotes/origin/`; only that one, no tags."""
        if not self._remote:
            return self.tip(branch)
        here = f"refs/remotes/{REMOTE}/{branch}"
        try:
            run(self.root, *FETCH, REMOTE, f"+refs/heads/{branch}:{here}")
        except GitError as error:
            if "couldn't find remote ref" in error.words:
                return None
            # Another fetch of the same branch, this very moment, brought what we were after.
            if "cannot lock ref" not in error.words:
                raise _unreachable(error) from error
        return self.resolve(here)

    def fetched(self, branch: str) -> str | None:
        """Where the remote's branch was when it was last fetched."""
        return self.resolve(f"refs/remotes/{REMOTE}/{branch}")

    def push(self, branch: str, expected: str | None = None) -> bool:
        """Push one branch. With ``expected`` it may replace that commit, and nothing newer."""
        if not self._remote:
            return False
        name = f"refs/heads/{branch}"
        lease = [f"--force-with-lease={name}:{expected}"] if expected else []
        try:
            run(self.root, "push", "--quiet", "--porcelain", *lease, REMOTE, f"{name}:{name}")
        except GitError as error:
            if "failed to push some refs" in error.words:
                hint = "somebody pushed in between or may not be overruled: run the same command again"
                raise World.one("WL541", f"the remote did not take branch `{branch}`", hint) from error
            raise _unreachable(error) from error
        # git does so by itself only where the branch is among those that this clone fetches: a shallow one has one alone
        self._run("note what was pushed", "update-ref", f"refs/remotes/{REMOTE}/{branch}", name)
        return True

    @cached_property
    def _shallow(self) -> bool:
        return self._ask("rev-parse", "--is-shallow-repository") == "true"

    @cached_property
    def _remote(self) -> bool:
        return self._ask("config", "--get", f"remote.{REMOTE}.url") is not None

    def _write_tree(self, parent: str | None, files: Mapping[str, bytes | None]) -> str:
        with tempfile.TemporaryDirectory(prefix="windlass-index-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
            try:
                run(self.root, "read-tree", parent or "--empty", extra=index)
                run(self.root, "update-index", "-z", "--index-info", data=self._entries(files), extra=index)
                return run(self.root, "write-tree", extra=index).decode().strip()
            except GitError as error:
                raise trouble("write a tree", error) from error

    def _entries(self, files: Mapping[str, bytes | None]) -> bytes:
        lines = []
        for path, data in sorted(files.items()):
            name = (
                self._run("store a file", "hash-object", "-w", "--stdin", data=data).strip()
                if data is not None
                else b""
            )
            mode = b"100644 " + name if name else b"0 " + b"0" * 40
            lines.append(mode + b"\t" + os.fsencode(path) + b"\0")
        return b"".join(lines)

    def _run(self, doing: str, *arguments: str, data: bytes = b"") -> bytes:
        try:
            return run(self.root, *arguments, data=data)
        except GitError as error:
            raise trouble(doing, error) from error

    def _ask(self, *arguments: str) -> str | None:
        """A question whose "no" is an exit code."""
        try:
            return os.fsdecode(run(self.root, *arguments)).strip()
        except GitError:
            return None


def _top(start: Path) -> Path:
    try:
        return Path(os.fsdecode(run(start, "rev-parse", "--show-toplevel")).rstrip("\n"))
    except GitError as error:
        if "not a git repository" in error.words:
            hint = "`git init` makes one; `windlass init` a config repository in it; `-C DIR` names another folder"
            raise Usage.one("WL640", f"`{start}` is in no git repository", hint) from error
        if not start.is_dir():
            raise Usage.one("WL640", f"there is no folder `{start}`", "check the path after `-C`") from error
        raise trouble("open the repository", error) from error


def _names(out: bytes) -> tuple[str, ...]:
    return tuple(os.fsdecode(name) for name in out.split(b"\0") if name)


def _unreachable(error: GitError) -> World:
    said = " / ".join(error.words.splitlines()[:2])
    hint = f"check the network, its address (`git remote -v`) and your rights. git said: {said}"
    return World.one("WL542", f"the remote `{REMOTE}` cannot be reached", hint)
