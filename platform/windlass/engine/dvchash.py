"""What DVC calls content: the md5 of a file's bytes, or of a folder's listing with `.dir` behind it. Names, not security."""

import hashlib
import json
from collections.abc import Mapping

FOLDER = ".dir"


def of_file(data: bytes) -> str:
    """The md5 of a file's bytes."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def of_folder(files: Mapping[str, str]) -> str:
    """The name of a folder, from its files' relative paths and md5s."""
    listing = [{"md5": md5, "relpath": path} for path, md5 in sorted(files.items())]
    return of_file(json.dumps(listing, sort_keys=True).encode()) + FOLDER


def within(files: Mapping[str, bytes], path: str) -> str | None:
    """The name of a path among files that are at hand: one of them, a folder of them, or None."""
    if path in files:
        return of_file(files[path])
    below = {
        name.removeprefix(path + "/"): of_file(data) for name, data in files.items() if name.startswith(path + "/")
    }
    return of_folder(below) if below else None
