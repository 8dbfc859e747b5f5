"""A real tracker of MLflow on loopback, in a process group of its own that ends with it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

PATIENCE = 180
"""Seconds that it may take to start: imports, and the migrations of a new database, on a machine that does other things."""
QUIET = {"MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true", "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}


@dataclass(frozen=True)
class Tracker:
    """Where it answers, and the folder where it keeps all."""

    address: str
    folder: Path

    def client(self) -> Any:
        """A plain MLflow user."""
        from mlflow import MlflowClient

        return MlflowClient(tracking_uri=self.address, registry_uri=self.address)

    def forget(self, name: str) -> None:
        """A registered model, if another test left it: the server is there for all."""
        if self.client().search_registered_models(f"name = '{name}'"):
            self.client().delete_registered_model(name)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def tracker(folder: Path, *words: str) -> Iterator[Tracker]:
    """``words`` are more arguments of `mlflow server`."""
    port = free_port()
    command = [sys.executable, "-m", "mlflow", "server", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command += ["--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}", *words]
    own = {key: value for key, value in os.environ.items() if not key.startswith("MLFLOW_")}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**own, **QUIET}, start_new_session=True
        )
    try:
        made = Tracker(f"http://127.0.0.1:{port}", folder)
        _answers(made, process)
        yield made
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _answers(made: Tracker, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(f"{made.address}/health", timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError((made.folder / "log").read_text())


class Door:
    """The way to a server, which can be closed: whoever knocks then is refused."""

    def __init__(self, behind: str) -> None:
        self.port, self._behind = free_port(), int(behind.rpartition(":")[2])
        self.address = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def open(self) -> Iterator[None]:
        with socket.create_server(("127.0.0.1", self.port)) as listening:
            threading.Thread(target=self._let_in, args=(listening,), daemon=True).start()
            yield
            listening.shutdown(socket.SHUT_RDWR)

    def _let_in(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                here, _ = listening.accept()
                there = socket.create_connection(("127.0.0.1", self._behind))
                threading.Thread(target=_carry, args=(here, there), daemon=True).start()


def _carry(here: socket.socket, there: socket.socket) -> None:
    back = threading.Thread(target=_one_way, args=(there, here), daemon=True)
    with here, there:
        back.start()
        _one_way(here, there)
        back.join()


def _one_way(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
