"""What a store in a folder leaves behind when it is killed, or its disk is full.

What it holds is in `tests/contracts/test_store.py`.
"""

import os
import subprocess
import sys
from pathlib import Path

from windlass.adapters.store import FolderStore


def test_a_kill_while_writing_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    program = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.store import FolderStore\n"
        "class Cut:\n"
        "    def read(self, size):\n"
        "        if getattr(self, 'once', False):\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "        self.once = True\n"
        "        return b'x' * size\n"
        "FolderStore(Path(sys.argv[1]))._depot.take(Cut())\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, str(store.path)], env=environment(), check=False)
    assert ended.returncode == -9
    assert len(list((store.path / "tmp").iterdir())) == 1
    store.put(b"next")
    assert list((store.path / "tmp").iterdir()) == []
    assert [path.read_bytes() for path in (store.path / "blobs").rglob("*") if path.is_file()] == [b"next"]


def test_what_another_machine_writes_is_left_alone_for_days(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put(b"first")
    theirs = store.path / "tmp" / f"{2**22 + 1}-1-0@another"
    theirs.write_bytes(b"half")
    FolderStore(tmp_path).put(b"second")
    assert theirs.exists()
    os.utime(theirs, (0, 0))
    FolderStore(tmp_path).put(b"third")
    assert not theirs.exists()


def test_a_full_disk_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from windlass.adapters.store import FolderStore\n"
        "from windlass.model.failure import World\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    FolderStore(Path(sys.argv[1])).put(b'x' * 5000)\n"
        "except World as failure:\n"
        "    print(failure.diagnostics[0].code)\n"
    )
    asked = subprocess.run(
        [sys.executable, "-c", program, str(store.path)], env=environment(), check=True, capture_output=True, text=True
    )
    assert asked.stdout == "WL550\n"
    assert [path for path in store.path.rglob("*") if path.is_file()] == []


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
