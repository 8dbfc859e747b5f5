"""For each rule and each backend a mistake that a person makes, told in just these words: on the page of a code, or beside this
file."""

import re
from pathlib import Path

import pytest

from tests import transcript

ROOT = transcript.ROOT
PAGES = sorted(Path(__file__).with_name("backends").rglob("*.md"))
ELSEWHERE = {"WL295": "tests/flows/test_render.py"}
"""Codes whose mistake needs a release first."""


@pytest.mark.parametrize("page", transcript.parameters(PAGES))
def test_a_mistake_is_told_in_these_words(page: Path, tmp_path: Path) -> None:
    assert re.search(r"  WL\d{3}  \S", page.read_text()), "a finding is shown"
    transcript.play(page, tmp_path)


def test_every_backend_has_one() -> None:
    backends = {
        path.parent.relative_to(ROOT / "templates").as_posix() for path in ROOT.glob("templates/*/*/backend.yaml")
    }
    pages = {page.relative_to(Path(__file__).with_name("backends")).with_suffix("").as_posix() for page in PAGES}
    assert backends
    assert pages == backends


def test_every_code_of_a_rule_has_one() -> None:
    """A page that shows a code with its message is played (`test_pages.py`)."""
    rules = [path for path in (ROOT / "platform/windlass/engine/rules").glob("*.py") if path.stem != "__init__"]
    without = []
    for rule in rules:
        codes = set(re.findall(r"WL\d{3}", rule.read_text()))
        assert codes, f"{rule.name} finds nothing"
        without += [f"{rule.stem} {code}" for code in sorted(codes) if not _shown(code)]
    assert without == []


def _shown(code: str) -> bool:
    """Whether a console says the whole of a message, or the test that is named for it does."""
    if code in ELSEWHERE:
        return code in (ROOT / ELSEWHERE[code]).read_text()
    page = (ROOT / f"docs/diagnostics/{code}.md").read_text()
    said = [block.text for block in transcript.blocks(page) if block.language == "console"]
    return any(re.search(rf"  {code}  (?!\.\.\.)\S", text) for text in said)
