"""Whether what stands in the work tree is what was committed: asked before anything but `local` trains or is applied."""

from collections.abc import Sequence

from windlass.model.failure import Refused
from windlass.ports import Ports

TOLD = 3
WRITTEN = "/dvc.lock"


def require(ports: Ports, environment: str, folders: Sequence[str]) -> None:
    """Raise `Refused` (WL412) where a file below the folders differs from HEAD."""
    dirty = ports.git.dirty(folders)
    if not dirty:
        return
    listed = ", ".join(dirty[:TOLD]) + (" …" if len(dirty) > TOLD else "")
    hint = f"commit or stash it: only `local` may run what is not committed, `{environment}` may not"
    if all(path.endswith(WRITTEN) for path in dirty):
        hint = "commit it: `windlass up` wrote there what came of the code, and the next clone restores it instead of training"
    raise Refused.one("WL412", f"the work tree differs from HEAD ({listed})", hint)
