"""Every code of a diagnostic has a page, every page is true: its example is played and must print what it shows."""

import ast
import re
from pathlib import Path

import pytest

from tests import transcript

PAGES = sorted((transcript.ROOT / "docs" / "diagnostics").glob("WL*.md"))
CODE = re.compile(r"WL\d{3}")


@pytest.mark.parametrize("page", transcript.parameters(PAGES))
def test_a_page_is_true(page: Path, tmp_path: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert re.match(rf"# {page.stem}: \S", text), "the first line is `# WLnnn: what it means`"
    assert "\n## Example\n" in text, "a page has an `## Example`"
    elsewhere = re.findall(r"^Test: `?(tests/[\w/.-]+)", text, re.M)
    for path in elsewhere:
        assert (transcript.ROOT / path).exists(), f"{path} does not exist"
        assert page.stem in (transcript.ROOT / path).read_text(), f"{path} does not name {page.stem}"
    played = any(block.language == "console" for block in transcript.blocks(text))
    assert played or elsewhere, "a page shows a console that can be played, or names its test"
    if played:
        assert page.stem in text.split("\n## Example\n")[1], "the example shows its own code"
        transcript.play(page, tmp_path)


def raised() -> dict[str, str]:
    """Every code that is a text of its own in the product's source, or stands in an f-string, with a file that has it."""
    found: dict[str, str] = {}
    for path in sorted((transcript.ROOT / "platform").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            texts = [part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)]
            for text in texts:
                whole = isinstance(node, ast.JoinedStr) or CODE.fullmatch(text)
                found |= {code: path.name for code in CODE.findall(text) if whole and code not in found}
    return found


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    codes, pages = raised(), {page.stem for page in PAGES}
    assert not {code: where for code, where in codes.items() if code not in pages}, "codes without a page"
    assert not sorted(pages - codes.keys()), "pages of codes that nothing raises"
