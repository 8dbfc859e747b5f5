"""Becomes a server: writes the service record with its own process's identity, then turns into it (`serve.py`).

The record is written by the process that will serve, before it serves. So there is no instant at which a killed parent
leaves a server that nobody knows of. Needs only Python's standard library (and psutil, where there is no /proc).
"""

import json
import os
import sys
from pathlib import Path


def birth(pid: int) -> str | None:
    """When a process was born, in words that name no other process of this machine: its start in kernel ticks and the id of
    this boot. None where it is gone or a zombie.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return None if Path("/proc/self/stat").exists() else _birth_without_proc(pid)
    # the name in brackets may itself hold spaces and brackets
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{fields[19]}@{boot}"


def _birth_without_proc(pid: int) -> str | None:
    import psutil

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else f"{process.create_time():.2f}"
    except psutil.Error:
        return None


def write(path: Path, record: dict[str, object]) -> None:
    """Write the record atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with beside.open("w") as file:
        json.dump(record, file, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def main(argv: list[str]) -> None:
    """``launch.py RECORD FIELDS HELD COMMAND...``: FIELDS is JSON, HELD a descriptor to close once the record stands ("-":
    none), which is how a lock of the parent covers the gap until then.

    The server is a grandchild: nobody here has to wait for it, and whoever waits for this process waits for its record.
    """
    path, fields, held, command = Path(argv[0]), json.loads(argv[1]), argv[2], argv[3:]
    told, tell = os.pipe()
    if os.fork():
        os.close(tell)
        os.read(told, 1)  # ends when the other end closes: by becoming the server, or by dying
        return
    os.setsid()
    write(path, {**fields, "pid": os.getpid(), "birth": birth(os.getpid())})
    if held != "-":
        os.close(int(held))
    os.execv(command[0], command)  # noqa: S606 -- becoming the server is the point, and no shell is wanted


if __name__ == "__main__":
    main(sys.argv[1:])
