"""Names and paths of lowered things: short enough for every engine, and found again from the same words."""

import hashlib
from pathlib import PurePosixPath

LIMIT = 63
MARK = 6
MODEL_PARTS = ("train", "drift", "batch", "label")
DATASET_PART = "source"
"""The parts that follow a model's or a dataset's name: a pipeline each."""


def slug(team: str, model: str) -> str:
    """How people and paths call it: ``team/model``."""
    return f"{team}/{model}"


def owned(team: str, said: str) -> str:
    """``team/name`` of what a team's spec names: a name without a team is the team's own."""
    return said if "/" in said else slug(team, said)


def name(team: str, model: str, part: str | None = None, limit: int = LIMIT) -> str:
    """The DNS label ``team-model[-part]``. Where it is longer than ``limit`` characters it is cut, and six hex digits of
    the whole keep it apart from others."""
    whole = "-".join(word for word in (team, model, part) if word)
    if len(whole) <= limit:
        return whole
    mark = hashlib.sha256(whole.encode()).hexdigest()[:MARK]
    return f"{whole[: limit - MARK - 1].rstrip('-')}-{mark}"


def lock_of(requirements: str) -> str:
    """The lock beside a requirements file: ``requirements.txt`` -> ``requirements.lock``."""
    return PurePosixPath(requirements).with_suffix(".lock").as_posix()


def joined(folder: str, path: str) -> str:
    """A path relative to ``folder`` as one relative to the repository, without ``.`` and ``..``. What would leave the
    repository keeps its leading ``..``, so that a caller sees it."""
    parts: list[str] = []
    for part in (*folder.split("/"), *path.split("/")):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def relative(folder: str, path: str) -> str:
    """A repository-relative path as one relative to ``folder``."""
    here, there = folder.split("/"), path.split("/")
    while here and there and here[0] == there[0]:
        here, there = here[1:], there[1:]
    return "/".join([".."] * len(here) + there) or "."


def overlaps(one: str, other: str) -> bool:
    """Whether two paths are equal or one holds the other."""
    first, second = one.rstrip("/"), other.rstrip("/")
    return first == second or first.startswith(second + "/") or second.startswith(first + "/")
