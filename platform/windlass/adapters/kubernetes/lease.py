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
MARGIN = 15
"""Seconds before that in which its holder begins no write: one that is under way must have ended by then, so no less than a request
may take."""
RENEW = 5
LOOK = 0.2
"""Seconds after which one who waits looks again."""


class Lease:
    """The lease of an environment, as a context; `check` is the fence before each write."""

    def __init__(self, cluster: HttpCluster, brief: HttpCluster, place: Identity, holder: str, wait: float) -> None:
        """``place`` names the Lease; somebody else's is waited for ``wait`` seconds. It is renewed and given back by the ``brief``
        cluster, which does not ask for long."""
        self._cluster, self._brief, self._place, self._holder, self._wait = cluster, brief, place, holder, wait
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
        """Give it back, so that nobody need wait; where that fails it ends by itself. Whoever still writes then must not."""
        ours, self._lost = not self._lost, self._lost or "it was given back"
        self._over.set()
        self._beat.join()
        if ours:
            try:
                self._brief.replace(KIND, {**self._live, "spec": {**self._live["spec"], "holderIdentity": ""}})
            except Failure:
                return

    def check(self) -> None:
        """Raises `World` (WL575) where somebody else may have it by now. A renewal that is late is waited for as long as nobody
        can; time that passed while this process was stopped counts."""
        while not self._lost and SECONDS - MARGIN < time.monotonic() - self._renewed < SECONDS:
            time.sleep(LOOK)
        if self._lost or time.monotonic() - self._renewed >= SECONDS:
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
            if (not other or over) and self._written(self._document(live)):
                return
            if other and time.monotonic() > end:
                raise World.one(
                    "WL574",
                    f"`{other}` is applying to this environment",
                    f"wait for it; `kubectl -n {self._place.namespace} get lease {self._place.name}` shows whether it still does",
                )
            time.sleep(5 * LOOK if other else LOOK)

    def _written(self, document: Live, cluster: HttpCluster | None = None) -> bool:
        """Whether the lease says now what we wrote: nobody was faster. An answer that was lost tells nothing, the lease does."""
        began, door = time.monotonic(), cluster or self._cluster
        new = "resourceVersion" not in document["metadata"]
        made: Live | Refusal | None
        try:
            made = door.create(KIND, document) if new else door.replace(KIND, document)
        except World:
            made = None
        if isinstance(made, Refusal) and made.code not in (404, 409):
            raise failure(self._place, made)
        if made is None or isinstance(made, Refusal):
            made = door.read(KIND, self._place.namespace, self._place.name)
        said = (made or {}).get("spec")
        if made is not None and said == document["spec"]:
            self._live, self._renewed = made, began
            return True
        if self._live and said != self._live["spec"]:
            self._lost = "somebody else has it"
        return False

    def _document(self, live: Live | None) -> dict[str, Any]:
        now = _now()
        said = {"name": self._place.name, "namespace": self._place.namespace}
        known = {"resourceVersion": live["metadata"]["resourceVersion"]} if live else {}
        before = int(((live or {}).get("spec") or {}).get("leaseTransitions") or 0)
        spec = {
            "holderIdentity": self._holder,
            "leaseDurationSeconds": SECONDS,
            "acquireTime": now,
            "renewTime": now,
            "leaseTransitions": before + 1 if live else 0,
        }
        return {"apiVersion": KIND.api, "kind": KIND.name, "metadata": {**said, **known}, "spec": spec}

    def _renew(self) -> None:
        while not self._over.wait(RENEW):
            document = {**self._live, "spec": {**self._live["spec"], "renewTime": _now()}}
            try:
                self._written(document, self._brief)
            except Failure:
                # the fence closes by itself when this goes on
                continue
            if self._lost:
                return


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
