"""The writing of one object, bound to what the plan saw of it: nobody else's is changed, and nothing is made twice."""

from collections.abc import Callable, Mapping
from typing import Any

from windlass.engine.cluster import applyset, owned, refusals, stamp
from windlass.engine.cluster.conflicts import conflicts
from windlass.flows.applying.receipts import Act
from windlass.flows.cluster import until
from windlass.flows.cluster.reach import Reach
from windlass.model.failure import Refused
from windlass.model.plan import Change
from windlass.model.refusal import Refusal
from windlass.ports.cluster import ABSENT, Kind, Live, Written

TRIES = 4
"""Of a write that only came between two others."""
_AGAIN = "plan again, and look at what is different"


class One:
    """Writes objects, one at a time; from several threads."""

    def __init__(self, act: Act, reach: Reach) -> None:
        """Nothing is written yet."""
        self._act, self._reach, self._cluster = act, reach, reach.cluster

    def write(self, change: Change, sent: Mapping[str, Any], force: bool, before: str) -> tuple[Live, str]:
        """The object as it is then, and how it came to be; ``before`` is the digest of what was last applied when the plan looked.
        Raises what it is refused for."""
        identity = change.identity
        kind = self._reach.kind_of(identity)
        assert kind is not None  # it was asked for right before
        if change.action == "replace":
            self._remove(change, kind)
        bound, refused = _bound(sent, change), None
        for _ in range(TRIES):
            answer = self._cluster.apply(kind, bound, stamp.MANAGER, force=force)
            if isinstance(answer, Written):
                return answer.live, "created" if answer.created else "written"
            refused = answer
            if answer.code != 409 or conflicts(answer):
                break
            live = self._cluster.read(kind, identity.namespace, identity.name)
            if live is not None and _is(live, sent):
                return live, "written" if change.action == "update" else "created"  # and the answer was lost
            if change.action != "update" and live is not None:
                raise Refused.one("WL410", f"{identity} was absent, and somebody has made it since", _AGAIN)
            if live is None or stamp.said(live, stamp.APPLIED) != before:
                break
            # a status, or a field that is not ours
            bound["metadata"]["resourceVersion"] = live["metadata"]["resourceVersion"]
        assert refused is not None
        raise refusals.failure(identity, refused)

    def leave(self, change: Change, kind: Kind, foreign: Callable[[Live], str]) -> str:
        """Delete an object, or leave it as nobody's. Raises `Refused` where it is not what the plan saw, `World` where it does not
        go."""
        identity, refused = change.identity, None
        for _ in range(TRIES):
            live = self._cluster.read(kind, identity.namespace, identity.name)
            if live is None:
                return "gone already" if refused is None else "deleted"
            if change.action == "update" and not stamp.said(live, stamp.OWNER):
                return "left as nobody's"
            if why := foreign(live):
                raise Refused.one("WL410", f"{identity} is not what the plan saw: {why}", _AGAIN)
            refused = self._left(change, kind, live)
            if refused is None or refused.code != 409:
                break
        if refused is not None:
            raise refusals.failure(identity, refused)
        if change.action == "update":
            return "left as nobody's"
        self._gone(change, kind)
        return "deleted"

    def _left(self, change: Change, kind: Kind, live: Live) -> Refusal | None:
        meta = live["metadata"]
        if change.action == "delete":
            if meta.get("deletionTimestamp"):
                return None
            return self._cluster.delete(kind, change.identity, meta["uid"], meta["resourceVersion"])
        answer = self._cluster.replace(kind, _nobodys(live))
        return answer if isinstance(answer, Refusal) else None

    def _remove(self, change: Change, kind: Kind) -> None:
        """What is made anew goes first."""
        assert change.observed.uid is not None
        refused = self._cluster.delete(kind, change.identity, change.observed.uid)
        if refused is not None:
            raise refusals.failure(change.identity, refused)
        self._gone(change, kind)

    def _gone(self, change: Change, kind: Kind) -> None:
        assert change.observed.uid is not None
        still = until.gone(self._act, self._cluster, kind, change.identity, change.observed.uid)
        if still is not None:
            raise refusals.going(change.identity, still)


def _bound(sent: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """What is sent, bound to the object that the plan saw and its version, or to there being none."""
    seen = change.observed
    known = (
        {"uid": seen.uid, "resourceVersion": seen.version} if change.action == "update" else {"resourceVersion": ABSENT}
    )
    return {**sent, "metadata": {**sent["metadata"], **known}}


def _is(live: Live, sent: Mapping[str, Any]) -> bool:
    """Whether an object is as we sent it: all that was sent is ours."""
    marks = (stamp.OWNER, stamp.APPLIED)
    same = all(stamp.said(live, one) == stamp.said(sent, one) for one in marks)
    return same and owned.covers(owned.ours(live) or {}, sent)


def _nobodys(live: Mapping[str, Any]) -> Mapping[str, Any]:
    """An object without what we say of ourselves on it."""
    meta = dict(live["metadata"])
    meta["labels"] = {key: value for key, value in (meta.get("labels") or {}).items() if key != applyset.PART_OF}
    own = (stamp.OWNER, stamp.APPLIED, stamp.ON_REMOVAL)
    meta["annotations"] = {key: value for key, value in (meta.get("annotations") or {}).items() if key not in own}
    return {**live, "metadata": meta}
