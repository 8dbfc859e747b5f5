"""A plan holds only while the world is as it saw it."""

from datetime import UTC, datetime

import pytest

from windlass.engine import diff
from windlass.engine.stale import aged, moved
from windlass.model import digests
from windlass.model.plan import Identity, Manifest, Observed, Plan

IDENTITY = Identity(kind="Process", name="vision-digits", owner="vision/digits")
FIELDS = {"runs": {"bento": "b"}, "carries": {"release": "r"}}


def seen(uid="1", version="1"):
    return Observed(identity=IDENTITY, present=True, uid=uid, version=version, fields=FIELDS)


def plan(observed):
    changes = diff.changes([Manifest(identity=IDENTITY, fields=FIELDS)], observed)
    return Plan(tool="t", environment="dev", base="c1", render_digest=digests.of_value([]), changes=changes)


def test_nothing_moved():
    assert moved(plan([seen()]), "c1", [seen()]) == ()


@pytest.mark.parametrize(
    ("before", "base", "after", "words"),
    [
        ([seen()], "c2", [seen()], "the commit is c2"),
        ([seen()], "c1", [], "existed, now it is gone"),
        ([], "c1", [seen()], "was absent, now exists"),
        ([seen()], "c1", [seen(uid="2")], "moved: 1 1 -> 2 1"),
        ([seen()], "c1", [seen(version="2")], "moved: 1 1 -> 1 2"),
    ],
)
def test_each_way_to_move_is_one_finding(before, base, after, words):
    (finding,) = moved(plan(before), base, after)
    assert finding.code == "WL410"
    assert words in finding.message


@pytest.mark.parametrize(("limit", "old"), [("2h", False), ("59m", True), ("1h", False), (None, False)])
def test_a_plan_has_a_greatest_age(limit, old):
    made = plan([seen()]).model_copy(update={"created_at": "2026-03-03T09:00:00+00:00"})
    found = aged(made, limit, datetime(2026, 3, 3, 10, 0, tzinfo=UTC))
    assert [one.message for one in found] == (["the plan is 60 min old; dev takes none older than 59m"] if old else [])


def test_the_digest_of_a_plan_leaves_its_age_out():
    made = plan([seen()])
    assert made.digest == made.model_copy(update={"created_at": "2026-01-01"}).digest
    assert made.digest != made.model_copy(update={"base": "other"}).digest
