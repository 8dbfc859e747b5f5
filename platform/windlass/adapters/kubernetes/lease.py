"""One writer at a time in an environment of a cluster: a `Lease` that its holder renews, and loses when it cannot.

Nobody's clock is trusted: a lease is over when it was not renewed for as long as it is good for, measured here, while we look at it
(client-go's leader election does the same). A holder that could not renew in time stops before anybody else may begin.
"""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

from windlass.engine.cluster.refusals import failure
from windlass.model.failure import Failure, World
from windlass.model.plan import Identity
from windlass.model.refusal import Refusal
from windlass.ports.cluster import Kind, Live

if TYPE_CHECKING:
    from windlass.adapters.kubernetes.cluster import HttpCluster

KIND = Kind("coordination.k8s.io", "v1", "Lease", "leases", namespaced=True)
SECONDS = 30
"""How long a lease is good for without being renewed."""
MARGIN = 5
"""Seconds before that at which its holder stops writing: a request under way must end."""
RENEW = 5


class Lease:
    """The lease of an environment, as a context and as a fence."""

    def __init__(self, cluster: HttpCluster, place: Identity, holder: str, wait: float) -> None:
        """``place`` names the Lease; somebody else's is waited for ``wait`` seconds."""
        self._cluster, self._place, self._holder, self._wait = cluster, place, holder, wait
        self._live: Live = {}
        self._renewed = 0.0
        self._lost = ""
        self._over = threading.Event()
        self._beat = threading.Thread(target=self._renew, daemon=True)

    def __enter__(self) -> Lease:
        """Take it, or wait for it. Raises `World` (WL574)."""
        self._take()
        self._beat.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give it back, so that nobody need wait; where that fails it ends by itself."""
        self._over.set()
        self._beat.join()
        if self._lost:
            return
        try:
            self._cluster.replace(KIND, {**self._live, "spec": {**self._live["spec"], "holderIdentity": ""}})
        except Failure:
            return

    def check(self) -> None:
        """See `Fence`. Time that passed while this process was stopped counts."""
        late = time.monotonic() - self._renewed > SECONDS - MARGIN
        if self._lost or late:
            raise World.one(
                "WL575",
                f"the lease of this environment is not ours any more: {self._lost or 'it was not renewed in time'}",
                "nothing was written since; apply again, it goes on where this one stopped",
            )

    def _take(self) -> None:
        end, seen, since = time.monotonic() + self._wait, "", time.monotonic()
        while True:
            live = self._cluster.read(KIND, self._place.namespace, self._place.name)
            spec = (live or {}).get("spec") or {}
            other = spec.get("holderIdentity") or ""
            mark = f"{other} {spec.get('renewTime')} {spec.get('leaseTransitions')}"
            if mark != seen:
                seen, since = mark, time.monotonic()
            over = time.monotonic() - since > float(spec.get("leaseDurationSeconds") or SECONDS)
            if (not other or over) and self._written(live):
                return
            if other and time.monotonic() > end:
                raise World.one(
                    "WL574",
                    f"`{other}` is applying to this environment",
                    f"wait for it; `kubectl -n {self._place.namespace} get lease {self._place.name}` shows whether it still does",
                )
            time.sleep(1 if other else 0.2)

    def _written(self, live: Live | None) -> bool:
        """Whether we have it now: nobody was faster."""
        began = time.monotonic()
        if live is None:
            made = self._cluster.create(KIND, self._document({}, 0))
        else:
            moves = int((live.get("spec") or {}).get("leaseTransitions") or 0) + 1
            made = self._cluster.replace(KIND, self._document(live["metadata"], moves))
        if isinstance(made, Refusal):
            if made.code == 409:
                return False
            raise failure(self._place, made)
        self._live, self._renewed = made, began
        return True

    def _document(self, meta: Live, moves: int) -> dict[str, Any]:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        said = {"name": self._place.name, "namespace": self._place.namespace}
        known = {"resourceVersion": meta["resourceVersion"]} if meta else {}
        spec = {
            "holderIdentity": self._holder,
            "leaseDurationSeconds": SECONDS,
            "acquireTime": now,
            "renewTime": now,
            "leaseTransitions": moves,
        }
        return {"apiVersion": KIND.api, "kind": KIND.name, "metadata": {**said, **known}, "spec": spec}

    def _renew(self) -> None:
        while not self._over.wait(RENEW):
            began = time.monotonic()
            now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            try:
                made = self._cluster.replace(KIND, {**self._live, "spec": {**self._live["spec"], "renewTime": now}})
            except Failure:
                # the fence closes by itself when this goes on
                continue
            if isinstance(made, Refusal):
                if made.code in (404, 409):
                    self._lost = "somebody else has it"
                    return
                continue
            self._live, self._renewed = made, began
