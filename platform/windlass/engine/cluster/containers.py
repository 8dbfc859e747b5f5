"""The containers of a live pod: what the node says of each."""

from dataclasses import dataclass

from windlass.engine.cluster.live import Live, at, items, number, text

KINDS = (
    ("initContainers", "initContainerStatuses"),
    ("containers", "containerStatuses"),
    ("ephemeralContainers", "ephemeralContainerStatuses"),
)
CRASHING = "CrashLoopBackOff"
PULLING = frozenset(
    {"ImagePullBackOff", "ErrImagePull", "ErrImageNeverPull", "ImageInspectError", "RegistryUnavailable"}
)
MISNAMED = "InvalidImageName"
OUT_OF_MEMORY = "OOMKilled"


@dataclass(frozen=True, slots=True)
class Container:
    """``waits`` and ``ended`` are the node's reasons, ``said`` the words with them; ``exit`` is the code of the last end."""

    name: str
    image: str
    memory: str
    waits: str
    ended: str
    said: str
    exit: int
    restarts: int


def containers(pod: Live) -> tuple[Container, ...]:
    """Every container that a pod's status speaks of, in the order in which they start."""
    return tuple(
        _container(status, next((one for one in items(pod, "spec", key) if at(one, "name") == at(status, "name")), {}))
        for key, statuses in KINDS
        for status in items(pod, "status", statuses)
    )


def _container(status: Live, spec: Live) -> Container:
    ended = at(status, "state", "terminated") or at(status, "lastState", "terminated")
    waits, last = at(status, "state", "waiting"), text(ended, "message")
    return Container(
        text(status, "name"),
        text(status, "image") or text(spec, "image"),
        text(spec, "resources", "limits", "memory"),
        text(waits, "reason"),
        text(ended, "reason"),
        # while it waits for its next crash, the last one is what counts
        last if text(waits, "reason") == CRASHING else text(waits, "message") or last,
        number(ended, "exitCode"),
        number(status, "restartCount"),
    )
