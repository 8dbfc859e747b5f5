"""A control plane of two processes on loopback: etcd and kube-apiserver, with all that a cluster refuses for switched on.

It has no controllers: no Deployment gets pods, no namespace ends, no owner's children are collected, a quota counts what its
status says. Custom resource definitions, admission policies and RBAC work, because they live in the API server.
"""

import contextlib
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import yaml

from tests.cluster.client import Client
from windlass.adapters import leash

HOST = "127.0.0.1"
USERS = {"admin": "system:masters", "planner": "", "applier": "", "nobody": ""}
"""Who has a token, and in which group; only the admin may do anything before a test grants it."""
PORTS = range(20_000, 32_000)
"""Below those that connections are given, so that nobody takes one between a kill and a start."""
PATIENCE = 120.0
POLL = 0.05


class Process:
    """One program. It ends with this process, however that ends: its leash holds it."""

    def __init__(self, name: str, command: list[str], log: Path) -> None:
        self.name, self.log = name, log
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether it is there, paused or not."""
        return self._running is not None and self._running.poll() is None

    def start(self) -> None:
        """Start it; whether it answers is another question."""
        held = [sys.executable, "-S", leash.__file__, *self._command]
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(
                held, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone: the leash, and the program, which has its port until then."""
        if self._running is None:
            return
        programs = psutil.Process(self._running.pid).children() if self.running else []
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait()
        limit = time.monotonic() + 10
        while any(_lives(one) for one in programs) and time.monotonic() < limit:
            time.sleep(POLL)
        if self._running.stdin is not None:
            self._running.stdin.close()

    def pause(self) -> None:
        """Its connections stay open and nobody answers, until `go_on`. The leash is not paused."""
        self._program().suspend()

    def go_on(self) -> None:
        """The end of a pause, if there was one."""
        self._program().resume()

    def _program(self) -> psutil.Process:
        assert self._running is not None
        (program,) = psutil.Process(self._running.pid).children()
        return program


class Server:
    """The address, the users and the two processes. Lives in a folder of its own; on ``host``, an address of this machine."""

    def __init__(self, programs: Path, folder: Path, host: str = HOST, port: int | None = None) -> None:
        self.folder, self.host = folder, host
        free, store, peer = _free(3)
        self.port = port or free
        self.address = f"https://{host}:{self.port}"
        self.kubeconfig = folder / "kubeconfig"
        self._pki = folder / "pki"
        self._tokens = {user: secrets.token_hex(16) for user in USERS}
        tokens = folder / "tokens.csv"
        lines = (f'{self._tokens[user]},{user},{user},"{group}"\n' for user, group in USERS.items())
        tokens.write_text("".join(lines))
        key, etcd = self._pki / "apiserver.key", f"http://{HOST}:{store}"
        self.etcd = Process(
            "etcd",
            [
                f"{programs}/etcd",
                f"--data-dir={folder}/etcd",
                f"--listen-client-urls={etcd}",
                f"--advertise-client-urls={etcd}",
                f"--listen-peer-urls=http://{HOST}:{peer}",
                "--unsafe-no-fsync",
                "--log-level=warn",
            ],
            folder / "etcd.log",
        )
        self.apiserver = Process(
            "kube-apiserver",
            [
                f"{programs}/kube-apiserver",
                f"--etcd-servers={etcd}",
                f"--bind-address={host}",
                f"--advertise-address={host}",
                f"--secure-port={self.port}",
                f"--cert-dir={self._pki}",
                "--service-cluster-ip-range=10.96.0.0/16",
                "--service-account-issuer=https://kubernetes.default.svc",
                f"--service-account-key-file={key}",  # the server makes it for its certificate before it reads it for this
                f"--service-account-signing-key-file={key}",
                f"--token-auth-file={tokens}",
                "--authorization-mode=RBAC",
                "--allow-privileged=true",  # as clusters have it: what keeps privileged pods out is the Pod Security level
                "--endpoint-reconciler-type=none",
                "--kubelet-preferred-address-types=InternalIP",
                "--profiling=false",
            ],
            folder / "apiserver.log",
        )

    @property
    def certificate(self) -> Path:
        """What a client must trust."""
        return self._pki / "apiserver.crt"

    @property
    def key(self) -> Path:
        """The key of the certificate, for somebody who stands in for the server on this address."""
        return self._pki / "apiserver.key"

    def client(self, user: str) -> Client:
        """The door of one of `USERS`."""
        return Client(self.port, self._tokens[user], self.certificate, self.host)

    def start(self) -> None:
        """Start both and wait until they answer."""
        self.etcd.start()
        self.apiserver.start()
        self.wait()
        self.write_kubeconfig(self.kubeconfig, self.address)

    def wait(self) -> None:
        """Until the server says that it is ready; raises `TimeoutError` with the end of its log."""
        limit = time.monotonic() + PATIENCE
        while not self._ready():
            for process in (self.etcd, self.apiserver):
                if not process.running or time.monotonic() > limit:
                    log = process.log.read_text(errors="replace")[-2000:]
                    raise TimeoutError(f"{process.name} is not ready, its log ends with\n{log}")
            time.sleep(POLL)

    def revive(self) -> None:
        """As it was at first, whatever a test has done to it; its objects stay."""
        hurt = False
        for process in (self.etcd, self.apiserver):
            if process.running:
                process.go_on()
            else:
                process.start()
                hurt = True
        if hurt:
            self.wait()

    def end(self) -> None:
        """Kill both."""
        self.apiserver.kill()
        self.etcd.kill()

    def write_kubeconfig(self, path: Path, address: str) -> None:
        """A file with a context for each user, named as the user; the admin's is the current one."""
        cluster = {"server": address, "certificate-authority": str(self.certificate)}
        document = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "test", "cluster": cluster}],
            "users": [{"name": user, "user": {"token": token}} for user, token in self._tokens.items()],
            "contexts": [{"name": user, "context": {"cluster": "test", "user": user}} for user in USERS],
            "current-context": "admin",
        }
        path.write_text(yaml.safe_dump(document))

    def _ready(self) -> bool:
        try:
            return self.certificate.exists() and self.client("admin").request("GET", "/readyz", timeout=2)[0] == 200
        except OSError:
            return False


def _lives(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _free(count: int) -> list[int]:
    """Ports that nobody has now."""
    found: list[int] = []
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind((HOST, port))
            found.append(port)
        if len(found) == count:
            return found
    raise OSError("no port is free")


@contextlib.contextmanager
def running(programs: Path, folder: Path) -> Iterator[Server]:
    """A server that answers, and is gone afterwards."""
    server = Server(programs, folder)
    try:
        server.start()
        yield server
    finally:
        server.end()
