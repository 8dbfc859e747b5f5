"""The process that runs stages: it imports DVC once, runs what it is asked to, and dies with its parent.

Started by `dvc_runner` as ``python -m windlass.adapters.dvc_worker REQUESTS ANSWERS MARK``: two pipes that carry one JSON
line each way per request, and the mark that it writes to standard output when a request's own output is complete. The
request pipe also is the leash: when it closes, because the parent is done or was killed, the whole process group ends.
"""

import json
import logging
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Request = dict[str, Any]


def main() -> None:
    """Answer requests until the pipe closes."""
    requests, answers, mark = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
    waiting: queue.SimpleQueue[Request] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(requests, waiting), daemon=True).start()
    stages = Stages()
    while True:
        request = waiting.get()
        answer = stages.answer(request)
        if request["do"] != "warm":
            sys.stdout.flush()
            sys.stderr.flush()
            _write(1, mark)
            _write(answers, json.dumps(answer).encode() + b"\n")


def _listen(requests: int, waiting: "queue.SimpleQueue[Request]") -> None:
    with os.fdopen(requests, "rb") as lines:
        for line in lines:
            waiting.put(json.loads(line))
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _write(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


class Stages:
    """Runs requests in the current folder, which is a DVC repository."""

    def __init__(self) -> None:
        self._repo: Any = None
        self._said: list[str] = []

    def answer(self, request: Request) -> Request:
        """Do one request. ``outcome`` says how it went: ``ran``, ``unchanged`` or ``restored``; ``failed`` with the
        ``status`` of the team's command, ``wrong`` or ``broken`` with DVC's ``reason``."""
        if request["do"] == "warm":
            return self._warmed()
        if request["do"] in ("fetch", "push"):
            return self._moved(request)
        if request["do"] == "shell":
            return _shell(request)
        return self._stage(request, bool(request.get("pull")) and not request.get("anew"))

    def _warmed(self) -> Request:
        # What is wrong with the repository is told to the first stage, not now.
        try:
            self._open()
        except Exception:  # noqa: BLE001
            return {"outcome": "cold"}
        return {"outcome": "warm"}

    def _open(self) -> Any:
        if self._repo is None:
            from dvc.repo import Repo

            from windlass.adapters.dvc_state import impatient

            impatient()
            log = logging.getLogger("dvc")
            log.setLevel(logging.INFO)
            log.propagate = False
            log.handlers[:] = [_Listener(self._said)]
            self._repo = Repo(".")
            for entry in Path(self._repo.stage_cache.cache_dir).glob("*/*"):
                if not any(entry.iterdir()):  # DVC took out what it could not read, and would stumble over the rest
                    entry.rmdir()
        return self._repo

    def _moved(self, request: Request) -> Request:
        """Contents between cache and remote, and with a push what DVC remembers of the stage that made them."""
        from windlass.adapters import dvc_transfer

        try:
            if request["do"] == "fetch":
                lost = dvc_transfer.fetch(self._open(), request["md5s"])
            else:
                lost = dvc_transfer.push(self._open(), request["md5s"])
                if request["target"]:
                    dvc_transfer.remember(self._open(), request["target"])
        except dvc_transfer.troubles() as error:
            return {"outcome": "broken", "reason": str(error.__cause__ or error)}
        return {"outcome": "broken", "reason": f"{lost} did not arrive"} if lost else {"outcome": "done"}

    def _stage(self, request: Request, pull: bool) -> Request:
        from dvc.exceptions import DvcException
        from dvc.lock import LockError
        from dvc.stage.exceptions import StageCmdFailedError

        from windlass.adapters import dvc_transfer

        self._said.clear()
        try:
            if pull:
                dvc_transfer.recall(self._open(), request["target"])
        except dvc_transfer.troubles() as error:
            return {"outcome": "broken", "reason": str(error.__cause__ or error)}
        try:
            with _surrounded(request["env"]):
                ran = self._open().reproduce(targets=[request["target"]], single_item=True, force=request["anew"])
        except (DvcException, OSError) as error:
            cause = error.__cause__ or error
            if _taken_out(error):
                return self._stage(request, pull)
            if isinstance(cause, StageCmdFailedError):
                return {"outcome": "failed", "status": _status(str(cause))}
            broken = isinstance(cause, LockError | OSError) and not isinstance(cause, FileNotFoundError)
            return {"outcome": "broken" if broken else "wrong", "reason": str(cause)}
        if not ran:
            return {"outcome": "unchanged"}
        cached = any("is cached - skipping run" in line for line in self._said)
        return {"outcome": "restored" if cached else "ran"}


def _taken_out(error: BaseException | None) -> bool:
    """Whether DVC could not read a file of its cache of runs, which then is removed: it only saves time."""
    while error is not None:
        path = getattr(error, "path", None)
        if path is not None and "runs" in Path(path).parts and Path(path).is_file():
            # the whole entry: DVC stumbles over an empty one
            shutil.rmtree(Path(path).parent)
            return True
        error = error.__cause__
    return False


class _Listener(logging.Handler):
    """Keeps what DVC would print; it is not the team's output."""

    def __init__(self, said: list[str]) -> None:
        super().__init__()
        self._said = said

    def emit(self, record: logging.LogRecord) -> None:
        self._said.append(record.getMessage())


@contextmanager
def _surrounded(environment: Mapping[str, str]) -> Iterator[None]:
    """The variables that the team's code sees and no others. Ours come back: they have the keys to the remote."""
    ours = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(environment)
        yield
    finally:
        os.environ.clear()
        os.environ.update(ours)


def _shell(request: Mapping[str, Any]) -> Request:
    command, surroundings = ["/bin/sh", "-c", request["command"]], request["env"]
    ended = subprocess.run(command, cwd=request["folder"], env=surroundings, stdin=subprocess.DEVNULL)
    return {"outcome": "failed", "status": ended.returncode} if ended.returncode else {"outcome": "ran"}


def _status(message: str) -> int:
    # DVC keeps the status only in its message: "failed to run: <cmd>, exited with <status>".
    _, _, status = message.rpartition("exited with ")
    return int(status) if status.lstrip("-").isdigit() else 1


if __name__ == "__main__":
    main()
