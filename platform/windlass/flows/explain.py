"""`windlass explain`: the page of a code. The pages are documentation and tests at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from windlass.engine.wording import near
from windlass.model.failure import Usage
from windlass.ports import Files

PAGE = re.compile(r"WL\d{3}\.md")
FENCE = re.compile(r"^<!--.*?-->\n", re.M)


@dataclass(frozen=True, slots=True)
class Page:
    """A code's page: its title without the code, and its Markdown."""

    code: str
    title: str
    text: str


def pages(files: Files, folder: Path) -> Mapping[str, Page]:
    """Every page by its code."""
    return {path.stem: _page(files, path) for path, _ in files.survey(folder) if PAGE.fullmatch(path.name)}


def page(files: Files, folder: Path, code: str) -> Page:
    """The page of one code. Raises `Usage` (WL608) for a code that does not exist."""
    wanted = f"WL{code}" if code.isdigit() else code.upper()
    path = folder / f"{wanted}.md"
    if not PAGE.fullmatch(path.name) or files.look(path).kind != "file":
        guess = near(wanted, (known.stem for known, _ in files.survey(folder)))
        hint = f"did you mean {guess}?" if guess else "`windlass explain` lists them all"
        raise Usage.one("WL608", f"no code `{code}`", hint)
    return _page(files, path)


def _page(files: Files, path: Path) -> Page:
    text = FENCE.sub("", (files.read(path) or b"").decode("utf-8"))
    title = text.partition("\n")[0].partition(": ")[2]
    return Page(path.stem, title, text)
