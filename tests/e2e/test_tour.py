"""The tour is a test of the whole way: it checks the auditor's answers itself and ends with 1 where one is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.xdist_group("rehearsed ports")
def test_the_tour_ends_well_and_leaves_nothing_behind(tmp_path: Path) -> None:
    words = [sys.executable, str(ROOT / "docs/tour"), "--folder", str(tmp_path / "tour")]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert "every answer is right" in done.stdout
    assert "WRONG" not in done.stdout
    assert not (tmp_path / "tour").exists()
