"""A worker answers, says why it died, and never outlives its parent."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from windlass.adapters.worker import Worker
from windlass.model.failure import World

MODULE = """
import os, subprocess, sys
def warm():
    print("noise that must not reach the answers")
def handle(request):
    if request.get("die"):
        print("last words", file=sys.stderr)
        os._exit(3)
    if request.get("fail"):
        raise RuntimeError("told")
    if request.get("child"):
        return {"pids": [os.getpid(), subprocess.Popen(["sleep", "60"]).pid]}
    return {"got": request}
"""
PARENT = """
import os, signal, sys
from pathlib import Path
from windlass.adapters.worker import Worker
worker = Worker(Path(sys.executable), sys.argv[1], dict(os.environ), "test")
print(*worker.ask({"child": True})["pids"], flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def module(tmp_path: Path) -> str:
    path = tmp_path / "module.py"
    path.write_text(MODULE)
    return str(path)


def test_it_answers_line_by_line_whatever_the_module_prints(module: str) -> None:
    worker = Worker(Path(sys.executable), module, os.environ, "test")
    assert worker.ask({"a": "ü"}) == {"got": {"a": "ü"}}
    assert worker.ask({"fail": True}) == {"error": "RuntimeError: told"}
    assert worker.ask({"b": 2}) == {"got": {"b": 2}}
    worker.close()


def test_its_death_is_told_with_its_last_words(module: str) -> None:
    worker = Worker(Path(sys.executable), module, os.environ, "test")
    with pytest.raises(World) as caught:
        worker.ask({"die": True})
    assert caught.value.diagnostics[0].code == "WL525"
    assert "last words" in caught.value.output
    worker.close()


def test_it_and_its_children_die_with_a_killed_parent(module: str) -> None:
    paths = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, module], env=paths, capture_output=True, text=True, check=False
    )
    assert parent.returncode == -signal.SIGKILL
    pids = [int(pid) for pid in parent.stdout.split()]
    limit = time.monotonic() + 5
    while any(lives(pid) for pid in pids) and time.monotonic() < limit:
        time.sleep(0.02)
    assert [pid for pid in pids if lives(pid)] == []


def lives(pid: int) -> bool:
    from windlass.runtime.launch import birth

    return birth(pid) is not None
