"""The transcripts beside this file come true, command by command."""

from pathlib import Path

import pytest

from tests import transcript

PAGES = sorted(Path(__file__).parent.glob("*.md"))


@pytest.mark.parametrize("page", transcript.parameters(PAGES))
def test_a_transcript_is_true(page: Path, tmp_path: Path) -> None:
    transcript.play(page, tmp_path)
