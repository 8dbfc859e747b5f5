"""The parent's end of a worker process (`runtime/answer.py` is the other): one JSON line asked, one answered."""

import contextlib
import json
import os
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from windlass.model.failure import World
from windlass.runtime import answer

TAIL = 12


class Worker:
    """One process of ``python`` that answers by the file ``module``. ``about`` names its work in errors; what it prints is
    kept for them. It starts at once and dies with this process.
    """

    def __init__(
        self, python: Path, module: str, environment: Mapping[str, str], about: str, folder: Path | None = None
    ) -> None:
        self._about = about
        self._talk = tempfile.TemporaryFile()  # noqa: SIM115 -- lives as long as the process; `close` closes it
        self._process = subprocess.Popen(
            [str(python), "-P", str(answer.__file__), module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._talk,
            env=dict(environment),
            cwd=folder,
            text=True,
            # its own session: Ctrl-C in the terminal is for us, and we end it in order
            start_new_session=True,
        )

    def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """One question, one answer. Raises `World` (WL525) where the process died, with what it said last."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait()
            ended = f"the {self._about} process ended by itself (exit {self._process.returncode})"
            raise World.one("WL525", ended, "run the same command again; what was finished is kept", output=self.said())
        found: dict[str, Any] = json.loads(line)
        return found

    def said(self) -> str:
        """The last lines of its standard error."""
        self._talk.seek(0)
        return "\n".join(self._talk.read().decode(errors="replace").splitlines()[-TAIL:])

    def close(self) -> None:
        """End it and everything it started."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._process.wait()
        self._talk.close()
