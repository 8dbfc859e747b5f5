"""One service's processes: how they are started, known again and ended.

A record holds pid and birth (kernel start time and boot id), so that a reused pid is never taken for the service. The process
also carries a mark in its environment: a server whose record was lost (a damaged disk, an edit) is still known as ours.
"""

import contextlib
import json
import os
import signal
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from windlass.engine.manifests import process
from windlass.model.workload import Service
from windlass.runtime import launch, serve

HOST = "127.0.0.1"
GRACE = 10.0
"""Seconds between SIGTERM and SIGKILL."""
POLL = 0.05
MARK = "WINDLASS_SERVICE"
KEYS = frozenset({"name", "pid", "birth", "startedAt", "runs", "carries"})


def command(service: Service, bento: Path, python: Path, record: Path, lock: int | None) -> list[str]:
    """What to run: the launcher, which writes the record and turns into the server."""
    fields: dict[str, Any] = {
        "name": service.name,
        "startedAt": datetime.now(UTC).isoformat(timespec="seconds"),
        **process(service).fields,
    }
    program = [str(python), "-P", str(Path(serve.__file__)), str(bento), HOST, str(service.port)]
    held = "-" if lock is None else str(lock)
    return [str(python), "-P", str(Path(launch.__file__)), str(record), json.dumps(fields), held, *program]


def environment(home: Path, env: Mapping[str, str], mark: str) -> dict[str, str]:
    """The service's own variables, a home inside the project, no telemetry; nothing of the tool's Python leaks in."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("BENTOML_", "PYTHON", "WINDLASS_"))}
    fixed = {"BENTOML_HOME": str(home), "BENTOML_DO_NOT_TRACK": "True", "PYTHONUNBUFFERED": "1", MARK: mark}
    return {**kept, **env, **fixed}


def read(path: Path) -> dict[str, Any] | None:
    """A record; one that cannot be read (the disk, an edit) counts as none."""
    try:
        record = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) and set(record) >= KEYS else None


def lives(record: Mapping[str, Any]) -> bool:
    """Whether the recorded process, and no other of its number, is there."""
    return record["birth"] is not None and launch.birth(int(record["pid"])) == record["birth"]


def end(pid: int, record: Mapping[str, Any]) -> None:
    """Ask the recorded leader to stop its workers and itself; after the grace, no more asking."""
    limit = time.monotonic() + GRACE
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGTERM)
        while lives(record):
            if time.monotonic() > limit:
                os.killpg(pid, signal.SIGKILL)
            time.sleep(POLL)


def end_marked(mark: str) -> bool:
    """Kill every process that carries a service's mark; whether there was one."""
    import psutil

    found = False
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if one.environ().get(MARK) == mark:
                found = True
                one.kill()
                limit = time.monotonic() + GRACE
                while (
                    launch.birth(one.pid) is not None and time.monotonic() < limit
                ):  # a zombie that nobody reaps has let go of its port, too
                    time.sleep(POLL)
    return found


def marks(start: str) -> list[str]:
    """The marks below a start that living processes carry, sorted."""
    import psutil

    found = set()
    for one in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            found.add(one.environ().get(MARK, ""))
    return sorted(mark for mark in found if mark.startswith(start))


def mark_of(pid: int | None) -> str | None:
    """The mark that a process carries, if any and if this user may see it."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        return psutil.Process(pid).environ().get(MARK) if pid is not None else None
    return None
