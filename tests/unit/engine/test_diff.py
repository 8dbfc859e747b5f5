"""What differs, object by object."""

from windlass.engine import diff
from windlass.model.plan import Identity, Manifest, Observed

PROCESS = Identity(kind="Process", name="vision-digits", owner="vision/digits")
ALIAS = Identity(kind="Alias", name="vision-digits@local", owner="vision/digits")
RUNS = {"bento": "b1", "port": 3000}


def process(runs=RUNS, release="r1"):
    return Manifest(identity=PROCESS, fields={"runs": runs, "carries": {"release": release}})


def live(runs=RUNS, release="r1"):
    fields = {"runs": runs, "carries": {"release": release}}
    return Observed(identity=PROCESS, present=True, uid="1", version="1", fields=fields)


def test_what_is_absent_is_created():
    (change,) = diff.changes([process()], [])
    assert change.action == "create"
    assert not change.observed.present


def test_what_is_equal_is_unchanged():
    (change,) = diff.changes([process()], [live()])
    assert (change.action, change.fields) == ("unchanged", ())


def test_another_release_of_the_same_program_relabels_without_stopping():
    (change,) = diff.changes([process(release="r2")], [live()])
    assert change.action == "update"
    assert [(one.path, one.before, one.after) for one in change.fields] == [("carries.release", "r1", "r2")]


def test_another_program_replaces_the_process():
    (change,) = diff.changes([process(runs={"bento": "b2", "port": 3000})], [live()])
    assert change.action == "replace"


def test_what_no_release_asks_for_is_deleted():
    (change,) = diff.changes([], [live()])
    assert change.action == "delete"


def test_a_hand_moved_alias_is_drift_and_put_back():
    seen = Observed(identity=ALIAS, present=True, fields={"model": "m2"}, moved_by="moved by hand")
    (change,) = diff.changes([Manifest(identity=ALIAS, fields={"model": "m1"})], [seen])
    assert change.action == "update"
    assert change.fields[0].drift
    assert change.reason == "drift: moved by hand"


def test_the_order_does_not_depend_on_the_order_of_the_input():
    desired = [process(), Manifest(identity=ALIAS, fields={"model": "m1"})]
    assert diff.changes(desired, []) == diff.changes(desired[::-1], [])
