"""`kill -9` between any two writes, and the same command again: the cluster is as if nobody had been killed.

Nothing is lost, doubled or made anew, the inventory lists exactly what is there, no plan is left, and the receipt says so.
"""

import itertools
import subprocess
from typing import Any

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.passing import Cut, Exchange
from tests.cluster.place import WRITES, A, B, Place

INSTALLED = 28
"""Writes of a first apply, without those of the lease."""
CHANGED = 13
"""Writes of an apply that changes two objects of a model, and by which another goes or comes."""
WAYS = 3


@pytest.fixture
def killed(place: Place, detour: Faults) -> "Killed":
    return Killed(place, detour)


class Killed:
    """An apply that is killed when its ``nth`` write comes. That write happens all the same, or never; others are under way."""

    def __init__(self, place: Place, detour: Faults) -> None:
        self._place, self._detour = place, detour

    def __call__(self, nth: int, happens: bool | None = None) -> None:
        running: list[subprocess.Popen[str]] = []
        self._detour.clear()
        rule = self._detour.on("POST|PUT|PATCH|DELETE", WRITES, nth)

        def die(exchange: Exchange) -> None:
            running[0].kill()
            running[0].wait()
            if nth % 2 if happens is None else happens:
                exchange.go()
            raise Cut

        rule.fault = die
        running.append(self._place.start("apply", "staging", "--yes"))
        out, err = running[0].communicate(timeout=120)
        self._detour.clear()
        assert running[0].returncode == -9, out + err
        self._place.release_lease()

    def writes(self) -> int:
        """How many there were, in an apply that nobody kills."""
        self._detour.clear()
        rule = self._detour.on("POST|PUT|PATCH|DELETE", WRITES, 0)
        self._place.applied()
        return rule.seen


@pytest.mark.parametrize("nth", [1, 2, 3, 8, 20, INSTALLED])
def test_killed_at_a_write_of_the_first_apply(place: Place, controllers: Controllers, killed: Killed, nth: int) -> None:
    killed(nth)
    place.applied()
    _finished(place)


def test_the_first_apply_has_as_many_writes_as_are_killed(
    place: Place, controllers: Controllers, killed: Killed
) -> None:
    assert killed.writes() == INSTALLED


@pytest.mark.parametrize("way", range(WAYS))
def test_killed_at_any_write_of_a_change(served: Place, killed: Killed, way: int) -> None:
    """There and back again, killed at each write of both."""
    both = (served.git("rev-parse", "HEAD").strip(), _plain(served))
    uid = served.get("service", A)["metadata"]["uid"]
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    served.leaves(B)
    assert killed.writes() == CHANGED
    one = (served.git("rev-parse", "HEAD").strip(), _plain(served))
    _went(served, both[0])
    assert killed.writes() == CHANGED
    assert _plain(served) == both[1]
    for nth, (commit, expected) in zip(range(1 + way, CHANGED + 1, WAYS), itertools.cycle((one, both)), strict=False):
        _went(served, commit)
        killed(nth)
        served.applied()
        assert _plain(served) == expected, f"killed at write {nth}"
        _finished(served)
    assert "nothing to do" in served.applied().all
    assert served.get("service", A)["metadata"]["uid"] == uid, "what nobody changed was not made anew"


@pytest.mark.parametrize("nth", [2, 3, 4])
def test_killed_while_an_object_is_made_anew(served: Place, killed: Killed, nth: int) -> None:
    path = "templates/serving/bentoml/service.yaml.j2"
    served.template(path, "type: ClusterIP", "type: ClusterIP\n  clusterIP: None")
    for slug, name in ((A, "one"), (B, "two")):
        served.overlay(slug, objects="[{kind: Service, replace: true}]", name=name)
    killed(nth)
    served.applied()
    assert served.get("service", A)["spec"]["clusterIP"] == "None"
    assert served.get("service", B)["spec"]["clusterIP"] == "None"
    _finished(served)


def test_what_a_killed_apply_made_anew_goes_when_nothing_asks_for_it(served: Place, killed: Killed) -> None:
    """Its uid is not in the inventory yet, and the one of the object before must not be either."""
    served.delete("service", B)
    killed(3, happens=False)
    assert served.get("service", B) is not None
    served.leaves(B)
    served.applied()
    assert served.get("service", B) is None
    _finished(served)


def test_killed_before_its_receipt_where_no_release_changed(served: Place, killed: Killed) -> None:
    """The last receipt names the same releases; it is still not the receipt of this commit."""
    served.overlay(A, "{serving: {minReplicas: 5, maxReplicas: 5}}")
    killed(4, happens=False)
    assert served.plan().actions() == {}
    served.applied()
    _finished(served)
    assert "nothing to do" in served.applied().all


def _went(place: Place, commit: str) -> None:
    """The tree as it was at a commit, as a commit of its own."""
    place.git("read-tree", "-u", "--reset", commit)
    place.commit(f"as it was\n\nWindlass-Delete: {B}")


def _plain(place: Place) -> dict[str, Any]:
    """What is there, without what the server alone decides."""
    return {line: _chosen(one) for line, one in place.all().items()}


def _chosen(one: dict[str, Any]) -> dict[str, Any]:
    meta = {key: one["metadata"].get(key) for key in ("labels", "annotations", "ownerReferences", "finalizers")}
    spec = {key: value for key, value in one.get("spec", {}).items() if not key.startswith("clusterIP")}
    return {"meta": meta, "spec": spec}


def _finished(place: Place) -> None:
    """The inventory lists exactly what is there, the receipt tells of this commit, and there is nothing left to do."""
    members = dict(line.split() for line in place.inventory()["data"]["members"].splitlines())
    live = {line: one["metadata"]["uid"] for line, one in place.all().items()}
    assert members == live
    told = place.receipts()
    assert (told[-1]["outcome"], told[-1]["commit"]) == ("succeeded", place.git("rev-parse", "HEAD").strip())
    assert all(one["healthy"] for one in told[-1]["served"].values())
