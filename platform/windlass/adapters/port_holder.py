"""Who has a port: asked by trying to bind it, and only where that fails by looking through the processes."""

import contextlib
import socket
import time
from dataclasses import dataclass

WIDTH = 70
LOOKS, PAUSE = 5, 0.05
"""How often, and after how many seconds, to look again at a holder that cannot be named: it may just be ending."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever listens: ``words`` for an error, ``pid`` where this user may know it."""

    words: str
    pid: int | None = None


SYSTEM = Holder("the system: ports below 1024 need more rights")


def holder(host: str, port: int) -> Holder | None:
    """Who listens, or None when the port is free. A bind takes microseconds; naming the holder some milliseconds."""
    found = _look(host, port)
    for _ in range(LOOKS):
        if found is None or found.pid is not None or found is SYSTEM:
            break
        time.sleep(PAUSE)
        found = _look(host, port)
    return found


def _look(host: str, port: int) -> Holder | None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as servers bind, so that a connection still closing (TIME_WAIT) does not look like a holder
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            return SYSTEM
        except OSError:
            return _found(port)
    return None


def _found(port: int) -> Holder:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            listens = connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            if listens and connection.pid is not None:
                return Holder(f"pid {connection.pid}{_command(connection.pid)}", connection.pid)
    return Holder("another process (whose name this user may not see)")


def _command(pid: int) -> str:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        process = psutil.Process(pid)
        command = " ".join(" ".join(process.cmdline()).split()) or process.name()
        return f" ({command if len(command) <= WIDTH else command[: WIDTH - 1] + '…'})"
    return ""
