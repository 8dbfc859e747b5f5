"""Runs stages through DVC: the parent's side. One worker process per work folder, started on first need."""

import contextlib
import json
import os
import secrets
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from windlass.adapters import declared
from windlass.adapters.dvc_cache import DvcCache
from windlass.adapters.files import trouble
from windlass.engine import trace
from windlass.model.failure import Findings, World
from windlass.model.workload import Pipeline, Step
from windlass.ports import Progress, StageResult

KEPT = 256 * 1024
"""Bytes of a stage's output that are kept for its error; all of it goes to the log file."""
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "DVC_")
"""Variables of our own process that would reach into the team's."""


class DvcRunner:
    """`ports.StageRunner` over a work folder, which it makes a DVC repository that uses the cache folder."""

    def __init__(self, work: Path, cache: Path, progress: Progress) -> None:
        self._work = work.absolute()
        self._progress = progress
        self._cache = DvcCache(cache)
        self._cache_folder = cache.absolute()
        self._process: subprocess.Popen[bytes] | None = None
        self._mark = f"\x1e{secrets.token_hex(8)}\n".encode()
        self._requests = self._answers = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, frames: TracebackType | None
    ) -> None:
        """End the worker and all that it started."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            os.close(self._requests)
            os.close(self._answers)
            self._process = None

    def warm(self) -> None:
        """Start the worker, which then imports DVC on its own time."""
        self._start()
        self._send({"do": "warm"})

    def md5(self, path: Path) -> str | None:
        """What DVC calls this content."""
        return self._cache.md5(path)

    def holds(self, md5: str) -> bool:
        """Whether the cache has the whole content."""
        return self._cache.holds(md5)

    def read(self, md5: str) -> bytes | None:
        """A file's bytes from the cache."""
        return self._cache.read(md5)

    def restore(self, md5: str, path: Path) -> None:
        """Put content from the cache at a path."""
        self._cache.restore(md5, path)

    def run(self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str]) -> StageResult:
        """Run a stage or the tests, its output shown as it comes. Raises `Findings`: WL501 (the code failed), WL502 (the
        tests did), WL503 (a declared output is not there); `World`: WL504 (DVC or its process broke down)."""
        began = time.monotonic()
        folder = self._work / pipeline.folder
        request: dict[str, Any] = {"env": self._environment(pipeline, step, python, env)}
        if step.kind == "stage":
            request |= {"do": "stage", "target": f"{pipeline.folder}/dvc.yaml:{step.name}"}
        else:
            request |= {"do": "shell", "command": step.command, "folder": str(folder)}
        self._start()
        self._send(request)
        log = self._work / "logs" / pipeline.purpose / f"{step.name}.log"
        answer, output = self._receive(log)
        self._judge(answer, output, pipeline, step, log)
        lock = folder / "dvc.lock"
        text = lock.read_bytes() if lock.is_file() else b""
        return StageResult(str(answer["outcome"]), time.monotonic() - began, text)

    def _judge(self, answer: Mapping[str, Any], output: str, pipeline: Pipeline, step: Step, log: Path) -> None:
        what = f"`{step.name}` of {pipeline.slug}"
        if answer["outcome"] == "failed":
            code, kind = ("WL501", "stage") if step.kind == "stage" else ("WL502", "step")
            place = trace.last_place(output, str(self._work))
            raise Findings.one(
                code,
                f"{kind} {what} failed: `{step.command}` {_ended(int(answer['status']))}",
                f"all of its output: {os.path.relpath(log)}; what ran before it is kept",
                place,
                output=trace.trimmed(output, str(self._work)),
            )
        if answer["outcome"] == "wrong":
            raise Findings.one(
                "WL503", f"stage {what}: {answer['reason']}", "write what the spec declares, or declare it"
            )
        if answer["outcome"] == "broken":
            raise World.one("WL504", f"DVC could not run {what}: {answer['reason']}", "run the same command again")

    def _environment(self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str]) -> dict[str, str]:
        own = {key: value for key, value in os.environ.items() if not key.startswith(FOREIGN)}
        profile = next(profile for profile in pipeline.profiles if profile.name == step.profile)
        return {
            **own,
            **self._settings(),
            "PATH": f"{python.parent}{os.pathsep}{own.get('PATH', os.defpath)}",
            "VIRTUAL_ENV": str(python.parent.parent),
            "SHELL": "/bin/sh",
            # Bytecode beside the code would change the content of folders that stages depend on.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            **declared.values(profile.env, pipeline.slug),
            **env,
        }

    def _settings(self) -> dict[str, str]:
        return {
            "DVC_NO_ANALYTICS": "1",
            "DVC_SITE_CACHE_DIR": str(self._work / ".dvc" / "site"),
            "GIT_PYTHON_REFRESH": "quiet",
        }

    def _start(self) -> None:
        if self._process is not None:
            return
        self._prepare()
        theirs, self._requests = os.pipe()
        self._answers, ours = os.pipe()
        command = [sys.executable, "-m", "windlass.adapters.dvc_worker", str(theirs), str(ours), self._mark.decode()]
        self._process = subprocess.Popen(
            command,
            cwd=self._work,
            env={**os.environ, **self._settings()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=(theirs, ours),
            # A group of its own: it ends as one, and Ctrl-C reaches us first.
            start_new_session=True,
        )
        os.close(theirs)
        os.close(ours)

    def _prepare(self) -> None:
        """Make the work folder a DVC repository without git. What a killed worker left of DVC's own locks goes."""
        home = self._work / ".dvc"
        cache = os.path.relpath(self._cache_folder, home)
        try:
            home.mkdir(parents=True, exist_ok=True)
            (home / "tmp" / "rwlock").unlink(missing_ok=True)
            (home / "config").write_text(
                f"[core]\n    no_scm = true\n    analytics = false\n    check_update = false\n[cache]\n    dir = {cache}\n"
            )
        except OSError as error:
            raise trouble(home, error, "written") from error

    def _send(self, request: Mapping[str, Any]) -> None:
        data = json.dumps(request).encode() + b"\n"
        try:
            while data:
                data = data[os.write(self._requests, data) :]
        except BrokenPipeError:
            pass  # `_receive` finds the process gone and says what it said

    def _receive(self, log: Path) -> tuple[dict[str, Any], str]:
        """The answer, and the last of what was printed until then."""
        assert self._process is not None
        assert self._process.stdout is not None
        printed, answer = _Printed(self._mark, self._progress), b""
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
        assert self._process is not None
        status = self._process.wait()
        message = f"the process that runs stages ended by itself ({_ended(status)})"
        return World.one(
            "WL504", message, "run the same command again; what was finished is kept", output=output[-2000:]
        )


class _Printed:
    """What the worker prints, up to the mark that ends a request's part."""

    def __init__(self, mark: bytes, progress: Progress) -> None:
        self._mark = mark
        self._progress = progress
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
            self._progress.output(fresh.decode(errors="replace"))
        return fresh

    def text(self) -> str:
        """The last of it."""
        return (self._kept + self._line).decode(errors="replace")


def _ended(status: int) -> str:
    number = -status if status < 0 else status - 128
    if number in (signal.SIGKILL, signal.SIGTERM):
        return f"was killed (signal {number}; {'often memory ran out' if number == signal.SIGKILL else 'asked to end'})"
    return f"ended with exit code {status}" if status >= 0 else f"was ended by signal {number}"
