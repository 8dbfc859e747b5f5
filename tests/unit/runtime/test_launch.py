"""The identity of a process, and the record that stands before the server does."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from windlass.runtime import launch


def test_a_process_has_one_birth_and_none_when_it_is_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    born = launch.birth(child.pid)
    assert born is not None
    assert born == launch.birth(child.pid)
    assert born != launch.birth(os.getpid())
    child.communicate(b"\n")
    assert launch.birth(child.pid) is None


def test_a_zombie_does_not_live() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    limit = time.monotonic() + 10
    while launch.birth(child.pid) is not None and time.monotonic() < limit:
        time.sleep(0.02)
    assert child.returncode is None
    assert launch.birth(child.pid) is None
    child.wait()


def test_the_record_stands_before_the_command_and_names_its_process(tmp_path: Path) -> None:
    record = tmp_path / "run" / "digits.json"
    show = f"import os, pathlib; print(os.getpid()); print(pathlib.Path({str(record)!r}).read_text())"
    words = [launch.__file__, str(record), json.dumps({"port": 1}), "-", sys.executable, "-c", show]
    pid, text = subprocess.run(
        [sys.executable, "-P", *words], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert json.loads(text) == {"port": 1, "pid": int(pid), "birth": json.loads(text)["birth"]}
    assert json.loads(text)["birth"]
    assert list(record.parent.iterdir()) == [record]


def test_a_lock_is_held_until_the_record_stands(tmp_path: Path) -> None:
    read, write = os.pipe()
    seen = "import os, sys; print(os.path.exists(f'/dev/fd/{sys.argv[1]}'))"
    words = [launch.__file__, str(tmp_path / "r.json"), "{}", str(write), sys.executable, "-c", seen, str(write)]
    ended = subprocess.run(
        [sys.executable, "-P", *words], pass_fds=(write,), capture_output=True, text=True, check=True
    )
    os.close(read)
    os.close(write)
    assert ended.stdout == "False\n"
