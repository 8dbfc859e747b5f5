"""The process that runs stages, seen from its parent: its pipes, its end, and what it printed for one request."""

import contextlib
import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from windlass.model.failure import World

KEPT = 256 * 1024
"""Bytes of a stage's output that are kept for its error; all of it goes to the log file."""


class DvcProcess:
    """One `dvc_worker`. It ends when `close` is called, or when we do: the request pipe is its leash."""

    def __init__(self, work: Path, environment: Mapping[str, str]) -> None:
        self._mark = f"\x1e{secrets.token_hex(8)}\n".encode()
        theirs, self._requests = os.pipe()
        self._answers, ours = os.pipe()
        command = [sys.executable, "-m", "windlass.adapters.dvc_worker", str(theirs), str(ours), self._mark.decode()]
        self._process = subprocess.Popen(
            command,
            cwd=work,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs, ours),
            # A group of its own: it ends as one, and Ctrl-C reaches us first.
            start_new_session=True,
        )
        os.close(theirs)
        os.close(ours)

    def close(self) -> None:
        """End it and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()
        os.close(self._requests)
        os.close(self._answers)

    def send(self, request: Mapping[str, Any]) -> None:
        """Hand over a request."""
        data = json.dumps(request).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._requests, data) :]
        except BrokenPipeError:
            return  # `receive` finds the process gone and says what it said

    def receive(self, log: Path, shown: Callable[[str], None]) -> tuple[dict[str, Any], str]:
        """The answer, and the last of what was printed until then; all of it is in ``log``, and whole lines of it are
        ``shown`` as they come. Raises `World` (WL504) where the process is gone."""
        assert self._process.stdout is not None
        printed, answer = _Printed(self._mark, shown), b""
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as file, selectors.DefaultSelector() as ready:
            ready.register(self._process.stdout, selectors.EVENT_READ)
            ready.register(self._answers, selectors.EVENT_READ)
            while not (printed.complete and answer.endswith(b"\n")):
                for key, _ in ready.select():
                    data = os.read(key.fd, 65536)
                    if not data:
                        raise self._gone(printed.text())
                    if key.fd == self._answers:
                        answer += data
                    else:
                        file.write(printed.take(data))
        found: dict[str, Any] = json.loads(answer)
        return found, printed.text()

    def _gone(self, output: str) -> World:
        status = self._process.wait()
        message = f"the process that runs stages ended by itself ({ended(status)})"
        return World.one(
            "WL504", message, "run the same command again; what was finished is kept", output=output[-2000:]
        )


class _Printed:
    """What the worker prints, up to the mark that ends a request's part."""

    def __init__(self, mark: bytes, shown: Callable[[str], None]) -> None:
        self._mark = mark
        self._shown = shown
        self._line = b""
        self._kept = b""
        self.complete = False

    def take(self, data: bytes) -> bytes:
        """Show and keep whole lines; what may go to the log."""
        if self.complete:
            return b""
        head, found, _ = (self._line + data).partition(self._mark)
        self.complete = bool(found)
        lines, end, rest = (head, b"", b"") if found else head.rpartition(b"\n")
        fresh = lines + end
        self._line = rest
        self._kept = (self._kept + fresh)[-KEPT:]
        if fresh:
            self._shown(fresh.decode(errors="replace"))
        return fresh

    def text(self) -> str:
        """The last of it."""
        return (self._kept + self._line).decode(errors="replace")


def ended(status: int) -> str:
    """How a process ended, in words."""
    number = -status if status < 0 else status - 128
    if number in (signal.SIGKILL, signal.SIGTERM):
        return f"was killed (signal {number}; {'often memory ran out' if number == signal.SIGKILL else 'asked to end'})"
    return f"ended with exit code {status}" if status >= 0 else f"was ended by signal {number}"
