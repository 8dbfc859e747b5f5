"""How often containers started anew while somebody waited for them: one that only goes on crashing is not waited for to the end."""

from collections.abc import Iterable, Mapping, Sequence

from windlass.engine.cluster.containers import containers
from windlass.engine.cluster.live import Live, items, text

Counts = Mapping[tuple[str, str], int]
"""Restarts by the uid of a pod and the name of its container."""


def counts(pods: Iterable[Live]) -> Counts:
    """As they are now."""
    return {(text(pod, "metadata", "uid"), one.name): one.restarts for pod in pods for one in containers(pod)}


def spent(pods: Sequence[Live], before: Counts, budget: int) -> str:
    """What has started anew more often than ``budget`` since ``before``, in words; nothing where nothing has. A pod that came
    since counts from its beginning. Only the newest version counts: one that is being replaced may crash as it did."""
    for pod in _newest(pods):
        for one in containers(pod):
            times = one.restarts - before.get((text(pod, "metadata", "uid"), one.name), 0)
            if times > budget:
                return f"{text(pod, 'metadata', 'name')}: {one.name} started anew {times} times"
    return ""


def _newest(pods: Sequence[Live]) -> list[Live]:
    """The pods with the controller of the pod that was made last."""
    last = max(pods, key=lambda pod: text(pod, "metadata", "creationTimestamp"), default=None)
    return [pod for pod in pods if last is not None and _controller(pod) == _controller(last)]


def _controller(pod: Live) -> str:
    return next((text(one, "uid") for one in items(pod, "metadata", "ownerReferences") if one.get("controller")), "")
