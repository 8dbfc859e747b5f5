"""What a plan may not do."""

from windlass.engine import diff, guard
from windlass.model.plan import Identity, Manifest, Observed
from windlass.model.specs.environment import Guards


def identity(owner):
    return Identity(kind="Process", name=owner.replace("/", "-"), owner=owner)


def plan(stay, leave):
    desired = [Manifest(identity=identity(owner), fields={"runs": {}, "carries": {}}) for owner in stay]
    observed = [
        Observed(identity=identity(owner), present=True, fields={"runs": {}, "carries": {}})
        for owner in (*stay, *leave)
    ]
    return diff.changes(desired, observed)


def refused(changes, deletable=(), limit=50):
    found = guard.verdicts(changes, Guards(max_delete_percent=limit), deletable)
    return {verdict.guard for verdict in found if not verdict.allowed}


def test_a_model_leaves_only_when_a_commit_says_so():
    changes = plan(["a/one", "a/two"], ["a/gone"])
    assert refused(changes) == {"delete-trailer"}
    assert refused(changes, deletable={"a/gone"}) == set()


def test_a_plan_that_deletes_more_than_its_share_is_refused_with_the_numbers():
    changes = plan(["a/one"], ["a/two", "a/three"])
    verdicts = guard.verdicts(changes, Guards(max_delete_percent=50), ())
    share = next(verdict for verdict in verdicts if verdict.guard == "delete-share")
    assert not share.allowed
    assert "2 of 3 live objects (67 %)" in share.reason


def test_what_a_trailer_lets_go_does_not_count_into_the_share():
    assert refused(plan([], ["a/one"]), deletable={"a/one"}) == set()
