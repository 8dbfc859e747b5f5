"""Runs the git program the same way for everybody: clean surroundings, plain output, no hooks, no questions.

Hooks do not run, on purpose: what Windlass writes is made from git objects, so a hook that looks at the work tree (a
pre-push that runs tests) would judge the wrong files. The person's identity, signing and credentials do apply.
"""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from windlass.model.failure import World

OPTIONS = (
    "--no-pager",
    "--literal-pathspecs",
    *("-c", "core.quotepath=off"),
    *("-c", "core.hooksPath=/dev/null"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "color.ui=false"),
    *("-c", "log.showSignature=false"),
    *("-c", "i18n.logOutputEncoding=UTF-8"),
    *("-c", "i18n.commitEncoding=UTF-8"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)
KEPT = ("GIT_CONFIG", "GIT_AUTHOR_", "GIT_COMMITTER_", "GIT_SSH", "GIT_ASKPASS", "GIT_SSL", "GIT_PROXY", "GIT_CEILING")
"""Variables of git that say who and how. Those that say *where* (GIT_DIR inside a hook) would lead us astray."""
LAST_LINES = 4


class GitError(Exception):
    """git ended with an error. ``words`` is what it said."""

    def __init__(self, code: int, words: str) -> None:
        self.code = code
        self.words = words
        super().__init__(words)


def run(folder: Path, *arguments: str, data: bytes = b"", extra: Mapping[str, str] | None = None) -> bytes:
    """Run git in a folder; its output. Raises `GitError` where it fails, `World` (WL540) where there is no git."""
    command = ["git", "-C", str(folder), *OPTIONS, *arguments]
    try:
        done = subprocess.run(command, input=data, capture_output=True, env=_surroundings(extra), check=False)
    except FileNotFoundError as error:
        raise World.one("WL540", "there is no `git` on PATH", "install git 2.34 or newer") from error
    if done.returncode != 0:
        raise GitError(done.returncode, done.stderr.decode("utf-8", "replace").strip())
    return done.stdout


def trouble(doing: str, error: GitError) -> World:
    """What git said, as a finding (WL543)."""
    said = [line for line in error.words.splitlines() if not line.startswith("hint:")][-LAST_LINES:]
    return World.one("WL543", f"git could not {doing}", "git said: " + (" / ".join(said) or f"exit {error.code}"))


def _surroundings(extra: Mapping[str, str] | None) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_") or name.startswith(KEPT)}
    kept |= {"LC_ALL": "C", "LANGUAGE": "C", "GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}
    return kept | dict(extra or {})
