"""A node that really runs pods, over the API server of the cluster tests: scheduler, controllers, kubelet, containerd.

It needs root. The server has the address that pods ask for it, on loopback, because nothing here routes to services; pods find the
machine itself there, too. What it leaves on the machine is taken away in the end.
"""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import yaml

from tests.cluster.server import Process, Server
from tests.node.image import Image

MACHINE = "10.96.0.1"
"""The first address of services, where pods look for the API server."""
PODS = "10.88.0.0/16"
BRIDGE = "windlass0"
PATIENCE = 90.0
PAUSE = "registry.example/pause"
WAITING = """\
#include <signal.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
int main(void) { signal(SIGTERM, end); signal(SIGINT, end); for (;;) pause(); }
"""
KUBELET = {
    "apiVersion": "kubelet.config.k8s.io/v1beta1",
    "kind": "KubeletConfiguration",
    "authentication": {"anonymous": {"enabled": True}, "webhook": {"enabled": False}},
    "authorization": {"mode": "AlwaysAllow"},
    "cgroupDriver": "cgroupfs",
    "failSwapOn": False,
    "failCgroupV1": False,
    "resolvConf": "/etc/resolv.conf",
    "evictionHard": {"nodefs.available": "1%", "imagefs.available": "1%"},
    "makeIPTablesUtilChains": False,
}
NETWORK = {
    "cniVersion": "0.4.0",
    "name": "windlass",
    "plugins": [
        {
            "type": "bridge",
            "bridge": BRIDGE,
            "isGateway": True,
            "ipMasq": False,
            "hairpinMode": True,
            "ipam": {"type": "host-local", "ranges": [[{"subnet": PODS}]], "routes": [{"dst": "0.0.0.0/0"}]},
        }
    ],
}


class Node:
    """The server and what makes it a cluster. ``programs`` has kubelet and the like; Debian's are found by name."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self.server = Server(programs, folder, MACHINE, 443)
        self._folder = folder
        self._socket = folder / "containerd.sock"
        config = f"--kubeconfig={self.server.kubeconfig}"
        pki = folder / "pki"
        self._processes = {
            "containerd": ["containerd", "-c", f"{folder}/containerd.toml"],
            "kube-controller-manager": [
                f"{programs}/kube-controller-manager",
                config,
                f"--service-account-private-key-file={pki}/apiserver.key",
                f"--root-ca-file={pki}/apiserver.crt",
                "--controllers=*,-nodeipam",
            ],
            "kube-scheduler": [f"{programs}/kube-scheduler", config],
            "kubelet": [
                f"{programs}/kubelet",
                config,
                f"--config={folder}/kubelet.yaml",
                "--hostname-override=node",
                f"--node-ip={MACHINE}",
                f"--root-dir={folder}/kubelet",
            ],
        }
        self._running: list[Process] = []

    def start(self) -> None:
        """Until the node is ready. Raises `TimeoutError` with the end of the log of what is not."""
        subprocess.run(["ip", "address", "replace", f"{MACHINE}/32", "dev", "lo"], check=True)
        self._configure()
        self.server.start()
        for name, command in self._processes.items():
            self.run(name, command)
            if name == "containerd":
                self._until("containerd", self._socket.exists)
        self._until("kubelet", self._ready)

    def run(self, name: str, command: list[str]) -> None:
        """One more process that ends with the node."""
        process = Process(name, command, self._folder / f"{name}.log")
        process.start()
        self._running.append(process)

    def log(self, name: str) -> str:
        """The end of what a process said."""
        return (self._folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def load(self, image: Image, name: str) -> str:
        """Let the node have an image; how a pod names it: by digest."""
        archive = self._folder / "image.tar"
        image.save(f"{name}:latest", archive)
        self._ctr("images", "import", str(archive))
        archive.unlink()
        listed = self._ctr("images", "ls", f"name=={name}:latest").splitlines()
        digest = next(word for word in listed[-1].split() if word.startswith("sha256:"))
        self._ctr("images", "tag", "--force", f"{name}:latest", f"{name}@{digest}")
        return f"{name}@{digest}"

    def end(self) -> None:
        """Nothing of it is left, whatever runs."""
        for process in reversed(self._running):
            if process.name != "containerd":
                process.kill()
        with contextlib.suppress(subprocess.SubprocessError):
            for task in self._ctr("tasks", "ls", "-q").split():
                self._ctr("tasks", "kill", "--signal", "SIGKILL", "--all", task)
        for process in self._running:
            process.kill()
        self.server.end()
        for shim in psutil.process_iter(["cmdline"]):
            if str(self._socket) in (shim.info["cmdline"] or ()):
                shim.kill()
        for place in sorted(_mounts(self._folder), reverse=True):
            subprocess.run(["umount", "-l", place], check=False, capture_output=True)
        for words in (["link", "delete", BRIDGE], ["address", "delete", f"{MACHINE}/32", "dev", "lo"]):
            subprocess.run(["ip", *words], check=False, capture_output=True)

    def _configure(self) -> None:
        (self._folder / "cni").mkdir(parents=True)
        (self._folder / "cni/10-bridge.conflist").write_text(json.dumps(NETWORK))
        told = {**KUBELET, "containerRuntimeEndpoint": f"unix://{self._socket}"}
        (self._folder / "kubelet.yaml").write_text(yaml.safe_dump(told))
        (self._folder / "containerd.toml").write_text(f"""\
version = 2
root = "{self._folder}/containerd"
state = "{self._folder}/containerd-run"
[grpc]
  address = "{self._socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE}:latest"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "{self._folder}/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
""")

    def _ctr(self, *words: str) -> str:
        command = ["ctr", "-a", str(self._socket), "-n", "k8s.io", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=300).stdout

    def _ready(self) -> bool:
        status, node = self.server.client("admin").request("GET", "/api/v1/nodes/node")
        told = node.get("status", {}).get("conditions", ()) if status == 200 else ()
        return any(one["type"] == "Ready" and one["status"] == "True" for one in told)

    def _until(self, name: str, holds: Callable[[], bool]) -> None:
        limit = time.monotonic() + PATIENCE
        while not holds():
            if time.monotonic() > limit:
                raise TimeoutError(f"{name} is not ready, its log ends with\n{self.log(name)}")
            time.sleep(0.1)


@contextlib.contextmanager
def running(programs: Path, folder: Path) -> Iterator[Node]:
    """A node that is ready, and is gone afterwards."""
    node = Node(programs, folder)
    try:
        node.start()
        yield node
    finally:
        node.end()


def _mounts(folder: Path) -> list[str]:
    lines = Path("/proc/self/mounts").read_text().splitlines()
    return [place for line in lines if (place := line.split()[1]).startswith(f"{folder}{os.sep}")]


def pause(folder: Path) -> Image:
    """What every pod starts with: a program that waits."""
    source, root = folder / "pause.c", folder / "pause"
    root.mkdir(parents=True)
    source.write_text(WAITING)
    subprocess.run(["gcc", "-static", "-O2", "-o", root / "pause", source], check=True)
    return Image((root,), entrypoint=["/pause"])
