"""A full disk: said as one finding, nothing half written, and with room again the same command finishes."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.e2e.orchard import FIRST, MODEL, SLUG, Orchard, Said

pytestmark = pytest.mark.slow
SIZES = ("100k", "400k", "1m", "2m", "3m")
"""Of a whole `.windlass`, which holds about four megabytes in the end."""


def _finished(orchard: Orchard) -> None:
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select status from runs") == [("FINISHED",)]
    assert orchard.release()["spec"]["generation"] == 1
    assert len(orchard.pids()) == 1
    assert orchard.predicts() == 4
    assert "nothing to do" in orchard.up().text
    assert orchard.changed() == []


def _told(said: Said) -> None:
    assert said.exit == 5, said.text
    assert "disk is full" in said.text, said.text
    assert "free some space" in said.text, said.text
    assert "Traceback" not in said.text


def test_whichever_write_is_the_first_that_fails(orchard: Orchard) -> None:
    """Each attempt has room for one file more than the one before."""
    command, failures = ("up", SLUG, "--port", str(orchard.port)), 0
    for room in range(60):
        said = orchard.says(*command, room=room)
        if said.exit == 0:
            break
        failures += 1
        _told(said)
        assert said.text.count("WL550") == 1, said.text
        assert orchard.changed() == []
        orchard.quiet()
    assert said.exit == 0
    assert failures > 5
    assert sorted(set(orchard.ran())) == sorted(FIRST)
    _finished(orchard)


def test_a_change_that_finds_no_room_leaves_what_serves(orchard: Orchard) -> None:
    orchard.up()
    orchard.edit(MODEL, "factor: 2", "factor: 3")
    orchard.clone.commit("a larger factor")
    release, pids = orchard.release(), orchard.pids()
    _told(orchard.says("up", SLUG, "--port", str(orchard.port), room=0))
    assert orchard.release() == release
    assert orchard.pids() == pids
    assert orchard.predicts() == 4
    orchard.up()
    assert orchard.predicts() == 6


@pytest.fixture
def small(orchard: Orchard) -> Iterator[Callable[[str], None]]:
    """Makes `.windlass` a file system of its own, of some size; with another size it grows."""
    state, mounted = orchard.state, False

    def resize(size: str) -> None:
        nonlocal mounted
        if os.geteuid() != 0:
            pytest.skip("needs root")
        state.mkdir(exist_ok=True)
        options = f"size={size}" + (",remount" if mounted else "")
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", state], capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
        mounted = True

    yield resize
    if mounted:
        orchard.clear()
        subprocess.run(["umount", "--lazy", state], check=True)


def test_a_real_one_that_grows_little_by_little(orchard: Orchard, small: Callable[[str], None]) -> None:
    told = []
    for size in SIZES:
        small(size)
        said = orchard.says("up", SLUG, "--port", str(orchard.port))
        if said.exit == 0:
            break
        _told(said)
        assert len(re.findall(r"^.*WL[0-9]{3} ", said.text, re.MULTILINE)) == 1, said.text
        assert orchard.changed() == []
        orchard.quiet()
        told.append(size)
    assert told, "it was never full"
    small("200m")
    orchard.up()
    orchard.clone.commit("locked")
    _finished(orchard)


def test_what_is_read_only(orchard: Orchard) -> None:
    """Not full but shut: the file and the reason are named."""
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    orchard.state.mkdir(exist_ok=True)
    orchard.state.chmod(0o555)
    try:
        said = orchard.says("up", SLUG, "--port", str(orchard.port))
        assert (said.exit, said.text.count("WL551")) == (5, 1), said.text
    finally:
        orchard.state.chmod(0o755)
    orchard.up()
