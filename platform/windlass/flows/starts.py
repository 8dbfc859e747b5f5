"""Writing starting files: a folder of plain files is copied, its few placeholders filled in."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from windlass.ports import Files

PLACEHOLDER = re.compile(r"\[= (team|name|owner) =\]")


def filled(
    files: Files, start: Path, values: Mapping[str, str], placeholder: re.Pattern[str] = PLACEHOLDER
) -> Iterator[tuple[str, bytes]]:
    """The files of a start by their path in it, with their dots and their values. ``placeholder`` finds what is filled in, its
    first group names the value."""
    for path, _ in files.survey(start):
        name = "/".join(re.sub("^dot-", ".", part) for part in path.relative_to(start).parts)
        text = (files.read(path) or b"").decode("utf-8")
        yield name, placeholder.sub(lambda found: values[found[1]], text).encode()
