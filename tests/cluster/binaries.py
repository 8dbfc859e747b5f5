"""etcd and kube-apiserver: from $KUBEBUILDER_ASSETS, or from a cache of this user, where `make test-cluster` builds them once.

``python -m tests.cluster.binaries`` builds what is missing and tells how it goes; where it cannot, it says what it needs and
ends well: the tests are then skipped with the same words.
"""

import contextlib
import fcntl
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

NONE = "NO CLUSTER TESTS:"
HERE = Path(__file__).parent / "tools"
EVERY = 15.0
"""Seconds between two words about a build."""
LONGEST = 900.0
"""Seconds that one build may take."""


class Missing(Exception):
    """There is no server to be had here; the text says what it would need."""


@dataclass(frozen=True)
class Tool:
    """One program: the Go package, and the folder with the module that pins it."""

    name: str
    module: str
    package: str
    folder: Path
    flag: str = "-s -w"

    @property
    def version(self) -> str:
        """As the module pins it, without the v."""
        pin = re.search(rf"\t?{re.escape(self.module)} v(\S+)", (self.folder / "go.mod").read_text())
        assert pin is not None, f"{self.folder} does not pin {self.module}"
        return pin.group(1)

    def built(self, path: Path) -> bool:
        """Whether a program lies there, in our version."""
        if not os.access(path, os.X_OK):
            return False
        said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
        return re.search(rf"\bv?{re.escape(self.version)}$", said, re.MULTILINE) is not None


ETCD = Tool("etcd", "go.etcd.io/etcd/server/v3", "go.etcd.io/etcd/server/v3", HERE / "etcd")
APISERVER = Tool(
    "kube-apiserver",
    "k8s.io/kubernetes",
    "k8s.io/kubernetes/cmd/kube-apiserver",
    HERE / "kubernetes",
    "-s -w -X k8s.io/component-base/version.gitVersion=v{version}",
)
TOOLS = (ETCD, APISERVER)


def cache() -> Path:
    """Where built programs stay; nothing of a checkout, so that every clone has them."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "windlass-cluster"


def find() -> Path:
    """The folder that has both programs.

    Raises `Missing` where there is none. Never builds: that is for `main`, which can be seen at work.
    """
    named = os.environ.get("KUBEBUILDER_ASSETS")
    if named:
        for tool in TOOLS:
            if not os.access(Path(named) / tool.name, os.X_OK):
                raise Missing(f"$KUBEBUILDER_ASSETS is {named}, which has no program {tool.name}")
        return Path(named)
    for tool in TOOLS:
        if not tool.built(cache() / tool.name):
            raise Missing(
                f"{tool.name} {tool.version} is not at hand: `make test-cluster` builds it once (Go, some minutes), "
                "or $KUBEBUILDER_ASSETS names a folder with etcd and kube-apiserver"
            )
    return cache()


def build(tool: Tool, into: Path) -> None:
    """Build one program, telling how far it is. Raises `Missing` where that fails."""
    if shutil.which("go") is None:
        raise Missing(f"{tool.name} {tool.version} is built with Go, which is not here")
    unfinished = into / f".{tool.name}.{os.getpid()}"
    flags = tool.flag.format(version=tool.version)
    command = ["go", "build", "-v", "-mod=readonly", "-trimpath", "-ldflags", flags, "-o", unfinished, tool.package]
    try:
        code, last = _told(tool, command)
        if code != 0:
            raise Missing(f"{tool.name} {tool.version} could not be built: {last}")
        unfinished.replace(into / tool.name)
    finally:
        unfinished.unlink(missing_ok=True)


def _told(tool: Tool, command: list[str | Path]) -> tuple[int, str]:
    """Run a build; its exit code and the last line that was no package's name."""
    began = said = time.monotonic()
    done, last = 0, f"it took more than {LONGEST:.0f} s"
    with subprocess.Popen(command, cwd=tool.folder, stderr=subprocess.PIPE, text=True) as running:
        limit = threading.Timer(LONGEST, running.kill)
        limit.start()
        for line in running.stderr or ():
            now, done = time.monotonic(), done + (" " not in line)
            if " " in line and not line.startswith("go: downloading"):
                last = line.strip()
            if now - said > EVERY:
                said = now
                _say(f"building {tool.name} {tool.version}: {done} packages in {now - began:.0f} s")
        limit.cancel()
    return running.returncode, last


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def have(tools: Iterable[Tool]) -> None:
    """Build what is missing of some tools. Raises `Missing` where one cannot be built."""
    with _alone(cache()):
        for tool in tools:
            if not tool.built(cache() / tool.name):
                _say(f"building {tool.name} {tool.version} into {cache()}: once, some minutes")
                build(tool, cache())


def main() -> None:
    """Have both programs, or say why not."""
    try:
        if not os.environ.get("KUBEBUILDER_ASSETS"):
            have(TOOLS)
        find()
    except Missing as missing:
        _say(f"{NONE} {missing}")


if __name__ == "__main__":
    main()
