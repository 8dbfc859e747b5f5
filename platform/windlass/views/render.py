"""Rendered files as one text, each under its path, or as JSON."""

import json
from collections.abc import Mapping


def as_text(files: Mapping[str, bytes]) -> str:
    """Every file behind a line `--- path`."""
    return "".join(f"--- {path}\n{data.decode()}" for path, data in files.items())


def as_json(files: Mapping[str, bytes]) -> str:
    """Path to text."""
    return json.dumps({path: data.decode() for path, data in files.items()}, indent=2, ensure_ascii=False)


def told(files: int, rendered: int, parts: int, place: str) -> str:
    """How many files there are, and how much of it was new."""
    if rendered == parts:
        return f"{files} files in {place}"
    return f"{files} files in {place}: {f'{rendered} of {parts} teams' if rendered else 'nothing'} rendered again"


def told_json(files: int, rendered: int, parts: int) -> str:
    """The same for programs; of the files there may be very many, and they lie in the folder."""
    return json.dumps({"exitCode": 0, "files": files, "teams": {"all": parts, "rendered": rendered}}, indent=2)
