"""The second look, under the lease: what did not move since the plan is not asked twice, and what did is seen before anything is
written."""

import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.place import WRITES, A, B, Place
from tests.cluster.test_kinds import DEFINITIONS, TEMPLATES, kinds
from tests.cluster.test_meanwhile import LATER, TEMPLATE, webhook
from tests.cluster.webhook import Webhook

__all__ = ["kinds", "webhook"]
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "team-001-model-00001"}}
FIELD = {"metadata": {"labels": {"hello": "there"}}}


def between(detour: Faults, act: Callable[[], object]) -> None:
    """Something happens after the plan is made, before the environment is ours."""
    detour.on("PUT|POST", "/leases", 1).meanwhile(act)


def changing(served: Place) -> None:
    """A commit by which one object is updated and another made."""
    served.overlay(A, LATER)
    served.delete("service", B)


def tried(detour: Faults) -> Counter[str]:
    """How often each object was dry-run."""
    return Counter(one.path for one in detour.requests if "dryRun=All" in one.target)


def test_what_did_not_move_is_dry_run_once(served: Place, detour: Faults) -> None:
    changing(served)
    served.applied()
    assert set(tried(detour)) == {served.path(*one) for one in (("deployment", A), ("pdb", A), ("service", B))}
    assert set(tried(detour).values()) == {1}
    assert served.get("service", B) is not None
    assert served.get("deployment", A)["spec"]["replicas"] == 5


def test_a_plan_from_a_file_is_tried_anew(served: Place, detour: Faults) -> None:
    changing(served)
    served.plan("--out", "plan.json")
    detour.requests.clear()
    assert served.run("apply", "staging", "--plan", "plan.json").exit == 0
    assert len(tried(detour)) == 3


def test_objects_of_a_new_namespace_are_tried_before_they_are_written(
    place: Place, controllers: Controllers, detour: Faults
) -> None:
    """When the plan was made they could not be."""
    place.applied()
    asked = [(one.path, "dryRun=All" in one.target) for one in detour.requests if one.method == "PATCH"]
    (made,) = [at for at, one in enumerate(asked) if one == (f"/api/v1/namespaces/{place.prefix}-team-000", False)]
    written = asked.index((place.path("deployment", A), False))
    assert (place.path("deployment", A), True) in asked[made:written]


MOVES: dict[str, Callable[[Place], object]] = {
    "changed": lambda place: place.patch("deployment", A, FIELD),
    "taken": lambda place: place.patch("deployment", A, {"spec": {"replicas": 7}}),
    "deleted": lambda place: place.delete("deployment", A),
    "made by a stranger": lambda place: place.put("service", B, {**SERVICE, "spec": {"ports": [{"port": 1}]}}),
    "changed elsewhere": lambda place: place.patch("configmap", place.home, FIELD, "windlass-staging"),
}


@pytest.mark.parametrize("what", MOVES)
def test_what_moved_since_the_plan_is_seen_before_anything_is_written(served: Place, detour: Faults, what: str) -> None:
    changing(served)
    before = {name: one["metadata"]["uid"] for name, one in served.all().items()}
    between(detour, lambda: MOVES[what](served))
    said = served.apply()
    assert said.exit == 4, said.all
    assert "WL410" in said.err
    assert [one.target for one in detour.writes if "/leases" not in one.path] == []
    after = {name: one["metadata"]["uid"] for name, one in served.all().items()}
    assert after.items() - before.items() == (
        {(name, uid) for name, uid in after.items() if "Service/team-001" in name} if "made" in what else set()
    )


def test_a_commit_that_came_since_the_plan_is_seen(served: Place, detour: Faults) -> None:
    changing(served)
    between(detour, lambda: served.overlay(A, "{serving: {minReplicas: 6, maxReplicas: 6}}"))
    said = served.apply()
    assert said.exit == 4, said.all
    assert "the commit is" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 2


def test_a_status_that_moved_since_the_plan_costs_no_second_write(served: Place, detour: Faults) -> None:
    changing(served)
    between(detour, lambda: served.says("deployment", A, {"collisionCount": 1}))
    wrote = detour.on("PATCH", f"{WRITES}.*/deployments/")
    served.applied()
    assert wrote.seen == 1, "it names the version that it had under the lease"
    assert tried(detour)[served.path("deployment", A)] == 1


def test_a_kind_that_went_since_the_plan_is_seen(place: Place, kinds: str, detour: Faults) -> None:
    place.applied()
    place.edit(f"{TEMPLATES}/widget.yaml.j2", "size: 1", "size: 2")
    place.commit()
    path = f"{DEFINITIONS}/widgets.team-000-model-00000.{kinds}"

    def go() -> None:
        place.admin.request("DELETE", path)
        limit = time.monotonic() + 30
        while place.admin.request("GET", path)[0] != 404:
            assert time.monotonic() < limit
            time.sleep(0.1)

    detour.clear()
    detour.requests.clear()
    between(detour, go)
    said = place.apply()
    assert said.exit == 4, said.all
    assert f"CustomResourceDefinition widgets.team-000-model-00000.{kinds} existed, now it is gone" in said.err
    assert [one.target for one in detour.writes if "/leases" not in one.path] == []


def test_a_webhook_that_came_since_the_plan_denies_the_write_alone(
    served: Place, controllers: Controllers, webhook: Webhook, detour: Faults
) -> None:
    served.template(TEMPLATE, "port: 80", "port: 81")
    webhook.denies = lambda name, dry: name == "team-001-model-00001"
    between(detour, webhook.there)
    said = served.apply()
    assert said.exit == 4, said.all
    assert "WL444" in said.err
    ports = [served.get("service", slug)["spec"]["ports"][0]["port"] for slug in (A, B)]
    assert ports == [81, 80]
    assert {slug: one["healthy"] for slug, one in served.receipts()[-1]["served"].items()} == {A: True, B: False}
    assert served.members() == set(served.all())
    webhook.denies = lambda name, dry: False
    served.applied()
    assert served.get("service", B)["spec"]["ports"][0]["port"] == 81
