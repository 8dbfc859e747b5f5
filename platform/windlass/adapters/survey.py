"""Looking at a tree without reading much: what `validate` needs to know that nothing has changed.

Nothing heavy is imported here (no pathlib, no tempfile): answering from the cache must cost less than starting other tools.
"""

import hashlib
import os
import stat
import time
from array import array
from collections.abc import Iterator
from itertools import chain
from operator import attrgetter
from typing import Literal

Kind = Literal["file", "folder", "absent"]
CACHES = "__pycache__"
_name = attrgetter("name")
_marks = attrgetter("st_ctime_ns", "st_size", "st_ino")
"""Whatever happens to a file, its time of change tells: nobody can set that. Of two folders that changed places, no file changed,
and the numbers tell."""


def survey(top: str) -> Iterator[tuple[str, bool]]:
    """Every file and link below a folder, sorted, with whether it is a link. Links are not followed; folders that start
    with a dot and Python's caches are left out."""
    try:
        entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    except OSError:
        return
    folders = []
    for entry in entries:
        if entry.is_symlink():
            yield entry.path, True
        elif entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith(".") and entry.name != CACHES:
                folders.append(entry.path)
        elif entry.is_file(follow_symlinks=False):
            yield entry.path, False
    for folder in folders:
        yield from survey(folder)


def entries(folder: str) -> list[tuple[str, str]]:
    """What lies in one folder, by name, each as ``file``, ``folder`` or ``link``; other things are nothing."""
    try:
        found = [(entry.name, _kind(entry)) for entry in os.scandir(folder)]
    except OSError:
        return []
    return sorted((name, kind) for name, kind in found if kind)


def stamp(top: str, hidden: bool = False) -> tuple[str, int, bool]:
    """A digest of names, sizes, times of change and numbers of all files below a folder, when something there last changed (in
    nanoseconds), and whether there are links. What `survey` leaves out is left out unless ``hidden`` is asked for."""
    whole, newest, linked, folders = hashlib.sha256(), 0, False, [top]
    while folders:
        folder = folders.pop()
        try:
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            continue
        files = []
        try:
            # the kernel looks a name up in a folder that is open, and need not come all the way down to it each time
            for entry in sorted(os.scandir(handle), key=_name):
                if not entry.is_dir(follow_symlinks=False):
                    files.append(entry)
                elif hidden or not (entry.name.startswith(".") or entry.name == CACHES):
                    folders.append(f"{folder}/{entry.name}")
            marks = array("Q", chain.from_iterable([_marks(entry.stat(follow_symlinks=False)) for entry in files]))
        finally:
            os.close(handle)
        newest = max(newest, *marks[::3], 0)
        linked = linked or any(entry.is_symlink() for entry in files)
        names = "/".join([folder[len(top) :], *map(_name, files)])
        whole.update(names.encode("utf-8", "surrogateescape"))
        whole.update(marks.tobytes())
    return whole.hexdigest(), newest, linked


def mark(path: str) -> str:
    """Size, time of change and number of one file; empty where there is none."""
    try:
        seen = os.stat(path, follow_symlinks=False)
    except OSError:
        return ""
    return f"{seen.st_ctime_ns} {seen.st_size} {seen.st_ino}"


def _kind(entry: os.DirEntry[str]) -> str:
    if entry.is_symlink():
        return "link"
    return "folder" if entry.is_dir() else "file" if entry.is_file() else ""


def look(path: str) -> tuple[Kind, str, int]:
    """What is at a path once links are followed, where that is, and its size; a circle of links is nothing."""
    try:
        real = os.path.realpath(path, strict=True)
        found = os.stat(real)
    except (OSError, ValueError):
        return "absent", path, 0
    if stat.S_ISDIR(found.st_mode):
        return "folder", real, 0
    return ("file", real, found.st_size) if stat.S_ISREG(found.st_mode) else ("absent", real, 0)


def read(path: str) -> bytes | None:
    """The bytes of a file, or None where there is none to read."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def repository(start: str) -> str | None:
    """The repository around a folder: the nearest one with `.git`, else the nearest with `specs` or `environments`."""
    here = os.path.realpath(start)
    around = [here]
    while os.path.dirname(around[-1]) != around[-1]:
        around.append(os.path.dirname(around[-1]))
    for signs in ((".git",), ("specs", "environments")):
        for folder in around:
            if any(os.path.exists(os.path.join(folder, sign)) for sign in signs):
                return folder
    return None


def today() -> str:
    """The day in UTC: 2026-03-03."""
    return time.strftime("%Y-%m-%d", time.gmtime())


def own_state() -> str:
    """What Windlass itself is made of, for a clone where somebody works on it: names, sizes and times of its files. Empty
    once installed, where the version says everything."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if os.path.isdir(os.path.join(package, "_templates")):
        return ""
    marks = []
    for top in (package, os.path.join(package, "..", "..", "templates")):
        for path, _ in survey(top):
            found = os.stat(path, follow_symlinks=False)
            marks.append(f"{os.path.basename(path)} {found.st_size} {found.st_mtime_ns}")
    return "\n".join(marks)
