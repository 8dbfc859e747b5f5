"""Who has a port: asked by trying to bind it, and only where that fails by looking through the processes."""

import contextlib
import socket

WIDTH = 70


def holder(host: str, port: int) -> str | None:
    """Words for an error, or None when the port is free. A bind takes microseconds; naming the holder some milliseconds."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # as servers bind, so that a connection still closing (TIME_WAIT) does not look like a holder
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            return "the system: ports below 1024 need more rights"
        except OSError:
            return _name(port)
    return None


def _name(port: int) -> str:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
                if connection.pid is None:
                    break
                with contextlib.suppress(psutil.Error):
                    process = psutil.Process(connection.pid)
                    command = " ".join(process.cmdline()) or process.name()
                    return f"pid {process.pid} ({_cut(command)})"
                return f"pid {connection.pid}"
    return "another process (whose name this user may not see)"


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"
