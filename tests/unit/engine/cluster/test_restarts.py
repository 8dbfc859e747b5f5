"""A container that only goes on crashing is told early; one that is being replaced, or crashed before, is not counted."""

import pytest

from windlass.engine.cluster import restarts


def pod(name, restarted, controller="new", made="2026-11-21T10:00:00Z"):
    owner = {"kind": "ReplicaSet", "uid": controller, "controller": True}
    meta = {"name": name, "uid": name, "creationTimestamp": made, "ownerReferences": [owner]}
    return {"metadata": meta, "status": {"containerStatuses": [{"name": "model", "restartCount": restarted}]}}


@pytest.mark.parametrize(
    ("before", "now", "told"),
    [
        ([], [pod("a", 3)], ""),
        ([], [pod("a", 4)], "a: model started anew 4 times"),
        ([pod("a", 9)], [pod("a", 12)], ""),
        ([pod("a", 9)], [pod("a", 13)], "a: model started anew 4 times"),
        ([], [pod("old", 9, "old"), pod("a", 0, made="2026-11-21T10:05:00Z")], ""),
        ([], [], ""),
    ],
)
def test_a_budget_of_restarts(before, now, told):
    assert restarts.spent(now, restarts.counts(before), 3) == told
