"""What a node is made of: programs of Kubernetes, built once like those of the API server; Debian's; and Argo's, where they are at
hand.

``python -m tests.node.binaries`` builds what can be built, and says what is missing; the tests are skipped with the same words.
"""

import os
import shutil
import sys
from pathlib import Path

from tests.cluster import binaries
from tests.cluster.binaries import HERE, Missing, Tool

NONE = "NO NODE TESTS:"
FLAG = "-s -w -X k8s.io/component-base/version.gitVersion=v{version}"
TOOLS = tuple(
    Tool(name, "k8s.io/kubernetes", f"k8s.io/kubernetes/cmd/{name}", HERE / "kubernetes", FLAG)
    for name in ("kube-controller-manager", "kube-scheduler", "kubelet")
)
DEBIAN = {
    "containerd": "containerd",
    "ctr": "containerd",
    "runc": "runc",
    "ip": "iproute2",
    "gcc": "gcc libc6-dev",
    "kubectl": "kubectl",
}
"""Programs, and the packages that have them."""
PLUGIN = Path("/usr/lib/cni/bridge")
ARGO = ("workflow-controller", "argoexec")
"""Nobody distributes these but as images; who has them puts them beside the others."""


def find() -> Path:
    """The folder with all programs of Kubernetes. Raises `Missing` with all that is not here, at once."""
    missing = [] if os.geteuid() == 0 else ["root"]
    packages = {package for program, package in DEBIAN.items() if shutil.which(program) is None}
    packages |= set() if PLUGIN.exists() else {"containernetworking-plugins"}
    missing += [f"the packages {' '.join(sorted(packages))}"] if packages else []
    folder = binaries.cache()
    missing += [f"{tool.name} {tool.version}" for tool in TOOLS if not tool.built(folder / tool.name)]
    try:
        binaries.find()
    except Missing as lacking:
        missing.append(str(lacking))
    if missing:
        raise Missing(f"{'; '.join(missing)}. `make e2e` builds what Go can build (some minutes, once)")
    return folder


def argo() -> Path:
    """The folder with Argo's programs. Raises `Missing`."""
    folder = binaries.cache()
    missing = [name for name in ARGO if not os.access(folder / name, os.X_OK)]
    if missing:
        raise Missing(f"{' and '.join(missing)} of Argo Workflows 4.1 are not in {folder}: build or copy them there")
    return folder


def main() -> None:
    """Have all that can be had, or say what is missing."""
    try:
        binaries.have((*binaries.TOOLS, *TOOLS))
        find()
        argo()
    except Missing as missing:
        print(f"{NONE} {missing}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
