"""Waiting for what must be so before the next write: an object is gone, a namespace or a kind is served."""

from collections.abc import Collection

from windlass.engine.cluster.health import Health, health
from windlass.engine.cluster.refusals import HELD_UP
from windlass.flows.applying.receipts import Act
from windlass.flows.cluster.reach import Reach
from windlass.model.failure import World
from windlass.model.plan import Identity
from windlass.ports.cluster import Cluster, Kind, Live

GONE, SERVED = 30.0, 60.0
"""Seconds that an object may take to go, and a namespace or a kind to be served."""
PAUSE = 0.2


def gone(act: Act, cluster: Cluster, kind: Kind, identity: Identity, uid: str) -> Live | None:
    """The object with this uid, where it is still there after a while: a finalizer may hold it for as long as it likes."""
    end = act.ports.clock.monotonic() + GONE
    while True:
        live = cluster.read(kind, identity.namespace, identity.name)
        if live is None or live["metadata"]["uid"] != uid:
            return None
        if act.ports.clock.monotonic() > end:
            return live
        act.ports.clock.sleep(PAUSE)


def served(act: Act, reach: Reach, identities: Collection[Identity]) -> None:
    """Wait for namespaces to be active and for kinds to be established. Raises `World` (WL577) where one is not."""
    end = act.ports.clock.monotonic() + SERVED
    for identity in identities:
        while reach.kind_of(identity) is not None and (told := _told(reach, identity)).state != "current":
            if told.state == "failed" or act.ports.clock.monotonic() > end:
                said = f"{identity} is not served: {told.reason}"
                raise World.one(HELD_UP, said, "nothing was put into it yet; the next apply goes on from here")
            act.ports.clock.sleep(PAUSE)
    reach.cluster.forget()


def _told(reach: Reach, identity: Identity) -> Health:
    live = reach.read(identity)
    return health(live) if live is not None else Health("progressing", "it is not there")
