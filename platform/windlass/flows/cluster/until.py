"""Waiting for what must be so before the next write: an object is gone, a namespace or a kind is served."""

from collections.abc import Collection

from windlass.flows.applying.receipts import Act
from windlass.flows.cluster.look import kind_of
from windlass.flows.cluster.reach import Reach
from windlass.model.failure import World
from windlass.model.plan import Identity
from windlass.ports.cluster import Cluster, Kind

GONE, SERVED = 30.0, 60.0
"""Seconds that an object may take to go, and a namespace or a kind to be served."""
PAUSE = 0.2


def gone(act: Act, cluster: Cluster, kind: Kind, identity: Identity, uid: str) -> bool:
    """Whether an object with this uid is gone before long; a finalizer may hold it for as long as it likes."""
    end = act.ports.clock.monotonic() + GONE
    while act.ports.clock.monotonic() < end:
        live = cluster.read(kind, identity.namespace, identity.name)
        if live is None or live["metadata"]["uid"] != uid:
            return True
        act.ports.clock.sleep(PAUSE)
    return False


def served(act: Act, reach: Reach, identities: Collection[Identity]) -> None:
    """Wait for namespaces to be active and for kinds to be established. Raises `World` (WL571) where one is not."""
    end = act.ports.clock.monotonic() + SERVED
    for identity in identities:
        kind = kind_of(reach, identity.group, identity.kind, identity.api)
        while kind is not None and not _served(reach.cluster, kind, identity):
            if act.ports.clock.monotonic() > end:
                raise World.one(
                    "WL571", f"{identity} is not served after {SERVED:.0f} s", "the next apply goes on from here"
                )
            act.ports.clock.sleep(PAUSE)
    reach.cluster.forget()


def _served(cluster: Cluster, kind: Kind, identity: Identity) -> bool:
    live = cluster.read(kind, identity.namespace, identity.name)
    if live is None:
        return False
    status = live.get("status") or {}
    if identity.kind == "Namespace":
        return bool(status.get("phase") == "Active" and not live["metadata"].get("deletionTimestamp"))
    return any(one["type"] == "Established" and one["status"] == "True" for one in status.get("conditions") or ())
