"""Whether what stands in the work tree is what was committed: asked before anything but `local` trains or is applied."""

from collections.abc import Sequence

from windlass.model.failure import Refused
from windlass.ports import Ports

TOLD = 3
WRITTEN = "/dvc.lock"
"""What training itself writes beside the code. It says what came of the code, and is compared with it each time."""


def require(ports: Ports, environment: str, folders: Sequence[str]) -> None:
    """Raise `Refused` (WL412) where a file below the folders differs from HEAD."""
    dirty = [path for path in ports.git.dirty(folders) if not path.endswith(WRITTEN)]
    if not dirty:
        return
    listed = ", ".join(dirty[:TOLD]) + (" …" if len(dirty) > TOLD else "")
    hint = f"commit or stash it: only `local` may run what is not committed, `{environment}` may not"
    raise Refused.one("WL412", f"the work tree differs from HEAD ({listed})", hint)
