"""One at a time, and free again however the holder ends."""

import subprocess
import sys
import threading

from tests.fakes.progress import HeardProgress
from windlass.adapters.clock import SystemClock
from windlass.adapters.locks import FileLocks


def test_the_second_waits_and_is_told_for_whom(tmp_path):
    locks, heard, order = FileLocks(tmp_path, SystemClock()), HeardProgress(), []
    entered = threading.Event()

    def second():
        with locks.hold("local", heard):
            order.append("second")

    with locks.hold("local", HeardProgress()):
        waiting = threading.Thread(target=second)
        waiting.start()
        entered.wait(0.5)
        order.append("first")
    waiting.join(5)
    assert order == ["first", "second"]
    assert "another windlass is at work in local (pid " in heard.notes[0]


def test_a_killed_holder_holds_nothing(tmp_path):
    code = (
        "import os, signal, sys; from pathlib import Path; from windlass.adapters.clock import SystemClock;"
        "from windlass.adapters.locks import FileLocks\n"
        "with FileLocks(Path(sys.argv[1]), SystemClock()).hold('local', None): os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    with FileLocks(tmp_path, SystemClock()).hold("local", HeardProgress()) as handle:
        assert handle > 0
