"""Interpreters are made once per lock, hash-checked and offline, beside and never inside Windlass's own environment."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.fakes.progress import HeardProgress
from tests.transcript import ROOT
from windlass.adapters import leash
from windlass.adapters.interpreters import UvInterpreters
from windlass.engine import lockfile
from windlass.model.failure import Findings, World

SMALL = re.search(r"^iniconfig==.*(\n    .*)+", (ROOT / "requirements/dev.lock").read_text(), re.M)[0].encode() + b"\n"
"""The lock of one small package that installing Windlass has brought into uv's cache."""


@pytest.fixture
def made(tmp_path, monkeypatch):
    monkeypatch.setenv("UV_OFFLINE", "1")
    return UvInterpreters(tmp_path / "cache mit käse")


def own():
    return subprocess.run(
        [sys.executable, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True
    ).stdout


def test_a_lock_becomes_an_interpreter_of_its_own(made):
    assert not made.ready(SMALL)
    python = made.ensure(SMALL, HeardProgress())
    assert python == made.path(SMALL)
    assert made.ready(SMALL)
    code = "import sys, iniconfig; print(sys.prefix, sys.version_info[:2])"
    said = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == f"{python.parent.parent} {sys.version_info[:2]}"
    assert list(python.parent.parent.rglob("iniconfig/__pycache__/*.pyc")), "bytecode is compiled when it is made"
    assert str(python.parent.parent) not in own()


def test_it_is_made_once(made):
    python = made.ensure(SMALL, HeardProgress())
    before = python.parent.parent.stat().st_mtime_ns
    began = time.monotonic()
    assert made.ensure(b"# another comment\n" + SMALL, HeardProgress()) == python
    assert time.monotonic() - began < 0.1
    assert python.parent.parent.stat().st_mtime_ns == before


def test_a_half_made_one_is_made_anew(made):
    python = made.path(SMALL)
    python.parent.mkdir(parents=True)
    python.write_text("half")
    assert not made.ready(SMALL)
    made.ensure(SMALL, HeardProgress())
    assert subprocess.run([python, "-c", "import iniconfig"]).returncode == 0


def test_no_packages_need_no_installer(made):
    python = made.ensure(lockfile.assemble(b"# nothing\n", b""), HeardProgress())
    assert subprocess.run([python, "-c", ""]).returncode == 0


def test_two_at_once_make_it_once(made):
    with ThreadPoolExecutor(4) as pool:
        pythons = set(pool.map(lambda _: made.ensure(SMALL, HeardProgress()), range(4)))
    assert pythons == {made.path(SMALL)}
    assert made.ready(SMALL)


def test_other_bytes_than_the_lock_says_are_refused(made):
    wrong = re.sub(rb"sha256:[0-9a-f]{64}", b"sha256:" + b"0" * 64, SMALL)
    with pytest.raises(World) as refused:
        made.ensure(wrong, HeardProgress())
    assert refused.value.diagnostics[0].code in ("WL561", "WL562")
    assert not made.ready(wrong)


def test_what_came_with_windlass_is_taken_and_never_written(tmp_path: Path) -> None:
    UvInterpreters(tmp_path / "image").ensure(b"# nothing\n", HeardProgress())
    here = UvInterpreters(tmp_path / "cache", tmp_path / "image")
    assert here.ready(b"")
    assert here.path(b"").is_relative_to(tmp_path / "image/envs")
    assert not here.ready(b"pears==1.0\n")
    assert here.path(b"pears==1.0\n").is_relative_to(tmp_path / "cache/envs")


def test_requirements_become_pins_with_hashes_and_no_address(made):
    pins = made.compile(b"iniconfig  # small\n", SMALL)
    assert pins.startswith(b"iniconfig==")
    assert lockfile.unhashed(pins) == ()
    assert b"://" not in pins
    assert pins == SMALL


def test_requirements_that_contradict_each_other(made):
    with pytest.raises(Findings) as failed:
        made.compile(b"iniconfig==1.0\niniconfig==2.0\n")
    assert failed.value.diagnostics[0].code == "WL560"
    assert "iniconfig" in failed.value.output


def test_a_package_that_is_not_in_the_cache_without_network(made):
    with pytest.raises(World) as failed:
        made.compile(b"windlass-no-such-package==1\n")
    assert failed.value.diagnostics[0].code == "WL561"


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_what_is_on_the_leash_ends_with_us(tmp_path, how):
    mark = tmp_path / "pid"
    program = (
        "import subprocess, sys\n"
        "subprocess.Popen([sys.executable, sys.argv[1], '/bin/sh', '-c', 'echo $$ > ' + sys.argv[2] + '; sleep 300'],"
        " stdin=subprocess.PIPE, start_new_session=True).wait()\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", program, leash.__file__, mark], env=os.environ)
    ends = time.monotonic() + 10
    while not (mark.exists() and mark.read_text().strip()):
        assert time.monotonic() < ends
        time.sleep(0.02)
    child = psutil.Process(int(mark.read_text()))
    parent.send_signal(how)
    parent.wait()
    _, alive = psutil.wait_procs([child], timeout=2)
    assert not alive


def test_the_cache_s_place(monkeypatch, tmp_path):
    lock = lockfile.assemble(b"", b"")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("WINDLASS_CACHE", raising=False)
    assert UvInterpreters().path(lock).is_relative_to(tmp_path / "windlass" / "envs")
    monkeypatch.setenv("WINDLASS_CACHE", str(tmp_path / "own"))
    assert UvInterpreters().path(lock).is_relative_to(tmp_path / "own" / "envs")
    assert UvInterpreters(Path("/x")).path(lock).is_relative_to("/x/envs")
