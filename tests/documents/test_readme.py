"""The README's own words, typed one after the other in a fresh copy of this repository."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import repositories, transcript

OURS = Path(sys.executable).parent
"""Where the tool is installed, with everything that `make install` brings."""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A commit of the work tree as it is, with an installation that counts as fresh: `make` installs nothing."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 3000)) == 0:
            pytest.skip("port 3000, which the README serves on, is in use here")
    folder = tmp_path / "windlass"
    asked = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(asked, cwd=transcript.ROOT, capture_output=True, check=True).stdout.split(b"\0")
    for name in map(os.fsdecode, filter(None, names)):
        if (transcript.ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(transcript.ROOT / name, folder / name)
    repositories.new(folder).commit("as it is")
    installed = folder / ".venv" / "bin"
    installed.mkdir(parents=True)
    for program in OURS.iterdir():
        (installed / program.name).symlink_to(program)
    (folder / ".venv" / ".installed").touch()
    return folder


@pytest.mark.slow
@pytest.mark.e2e
@pytest.mark.xdist_group("rehearsed ports")
def test_the_readme_is_true(clone: Path, tmp_path: Path) -> None:
    transcript.play(transcript.ROOT / "README.md", tmp_path, clone)
