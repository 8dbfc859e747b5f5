"""What somebody else does while a plan is made and applied: theirs is not written over, and ours is not told as done."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.place import WRITES, A, B, Place
from tests.cluster.webhook import Webhook
from windlass.engine.cluster import applyset

LATER = "{serving: {minReplicas: 5, maxReplicas: 5}}"
TEMPLATE = "templates/serving/bentoml/service.yaml.j2"


def test_an_object_that_is_deleted_before_its_write_is_not_made_anew(served: Place, detour: Faults) -> None:
    served.overlay(A, LATER)
    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).meanwhile(lambda: served.delete("deployment", A))
    said = served.apply()
    assert said.exit == 4
    assert "WL410" in said.err
    assert served.get("deployment", A) is None
    receipt = served.receipts()[-1]
    assert (receipt["outcome"], receipt["served"][A]["healthy"], receipt["served"][B]["healthy"]) == (
        "failed",
        False,
        True,
    )
    served.applied()
    assert served.get("deployment", A)["spec"]["replicas"] == 5
    assert served.members() == set(served.all())


def test_an_object_that_is_made_anew_before_its_write_is_not_written(served: Place, detour: Faults) -> None:
    served.overlay(A, LATER)

    def anew() -> None:
        live = served.get("deployment", A)
        served.delete("deployment", A)
        meta = {key: live["metadata"][key] for key in ("name", "labels")}
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": meta, "spec": live["spec"]}
        served.put("deployment", A, body)

    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).meanwhile(anew)
    assert served.apply().exit == 4
    assert served.get("deployment", A)["spec"]["replicas"] == 2
    said = served.run("plan", "staging")
    assert said.exit == 4
    assert "`somebody` has `spec.replicas`  WL441" in said.out


def test_an_object_that_somebody_makes_before_we_do_is_not_taken(
    place: Place, controllers: Controllers, detour: Faults
) -> None:
    """Not even where no field of it is another's."""
    body = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "team-001-model-00001"}}
    detour.on("PATCH", f"{WRITES}.*/serviceaccounts/team-001", 1).meanwhile(
        lambda: place.put("serviceaccount", B, body)
    )
    said = place.apply()
    assert said.exit == 4
    assert "was absent, and somebody has made it since" in said.err
    assert "WL410" in said.err
    assert applyset.PART_OF not in place.get("serviceaccount", B)["metadata"].get("labels", {})
    assert place.members() == set(place.all()) - {f"ServiceAccount/team-001-model-00001.{place.prefix}-team-001"}
    assert place.get("deployment", A) is not None
    assert "WL440" in place.run("plan", "staging").out


def test_an_inventory_that_somebody_writes_meanwhile_stops_everything(served: Place, detour: Faults) -> None:
    served.overlay(A, LATER)
    other = {"data": {"members": "Service/another.space\n"}}
    detour.on("PATCH", f"{WRITES}.*/windlass-staging", 1).meanwhile(
        lambda: served.patch("configmap", served.home, other, "windlass-staging")
    )
    said = served.apply()
    assert said.exit == 5
    assert "WL575  somebody else has written the inventory" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 2
    served.applied()


def test_an_inventory_that_was_lost_is_written_again(served: Place) -> None:
    before = served.members()
    served.delete("configmap", served.home, "windlass-staging")
    served.applied()
    assert served.members() == before
    assert "nothing to do" in served.applied().all


def test_an_object_whose_label_was_taken_off_is_told_and_left(served: Place) -> None:
    served.patch("service", B, {"metadata": {"labels": {applyset.PART_OF: None}}})
    served.leaves(B)
    said = served.run("plan", "staging")
    assert "team-001-model-00001 is left alone: somebody took its label off  WL450" in said.out
    served.applied()
    assert served.get("service", B) is not None
    assert not [line for line in served.members() if "model-00001" in line]


def test_a_status_that_moves_right_before_a_write_does_not_stop_it(served: Place, detour: Faults) -> None:
    """Nor is a drifted field told as written while it is not: what was last applied is what is sent again."""
    served.patch("deployment", A, {"spec": {"replicas": 7}})
    served.overlay(A, objects="[{kind: Deployment, take: [spec.replicas]}]")
    rule = detour.on("PATCH", f"{WRITES}.*/deployments/", 1)
    rule.meanwhile(lambda: served.says("deployment", A, {"collisionCount": 1}))
    served.applied()
    assert rule.seen == 2
    assert served.get("deployment", A)["spec"]["replicas"] == 2
    assert served.plan().actions() == {}


def test_an_edit_of_the_wrong_field_between_dry_run_and_write_is_not_lost(served: Place, detour: Faults) -> None:
    """The field that we change is theirs by then: it is a conflict, and theirs stays."""
    served.overlay(A, LATER)
    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).meanwhile(
        lambda: served.patch("deployment", A, {"spec": {"replicas": 7}})
    )
    said = served.apply()
    assert said.exit == 4
    assert "`kubectl-edit` has `spec.replicas`" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 7


@pytest.fixture
def webhook(place: Place) -> Iterator[Webhook]:
    """Asked about every service of the place, once it is there."""
    with Webhook(place.admin, place.prefix, "services") as running:
        yield running


def test_a_webhook_that_denies_one_object_lets_none_be_written(place: Place, webhook: Webhook) -> None:
    webhook.denies = lambda name, dry: name == "team-001-model-00001"
    place.admin.request("POST", "/api/v1/namespaces", _space(place, "team-000"))
    place.admin.request("POST", "/api/v1/namespaces", _space(place, "team-001"))
    _adopted(place)
    webhook.there()
    said = place.run("plan", "staging")
    assert said.exit == 4
    assert "the admission webhook `windlass.example.org` denies Service" in said.out
    assert said.out.count("WL444") == 1
    assert place.apply().exit == 4
    assert place.get("service", A) is None
    assert place.get("configmap", place.home, "windlass-staging") is None


def test_a_webhook_that_denies_one_object_as_it_is_written_stops_its_model_alone(
    place: Place, controllers: Controllers, webhook: Webhook
) -> None:
    webhook.denies = lambda name, dry: not dry and name == "team-001-model-00001"
    webhook.there()
    said = place.apply()
    assert said.exit == 4
    assert "WL444" in said.err
    assert place.get("deployment", A) is not None
    assert place.get("deployment", B) is None
    assert {slug: one["healthy"] for slug, one in place.receipts()[-1]["served"].items()} == {A: True, B: False}
    webhook.denies = lambda name, dry: False
    place.applied()
    assert place.members() == set(place.all())


def test_a_webhook_that_is_down_stops_a_plan(
    place: Place, controllers: Controllers, webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.applied()
    webhook.there()
    webhook.stop()
    place.template(TEMPLATE, "port: 80", "port: 81")
    said = place.run("plan", "staging")
    assert said.exit == 5
    assert "the admission webhook `windlass.example.org` could not be asked about Service" in said.err
    assert "WL577" in said.err


def test_a_webhook_that_goes_down_meanwhile_stops_those_that_it_watches(
    place: Place, controllers: Controllers, webhook: Webhook, detour: Faults
) -> None:
    webhook.there()
    detour.on("PATCH", f"{WRITES}.*/serviceaccounts/", 1).meanwhile(webhook.stop)
    said = place.apply()
    assert said.exit == 5
    assert "WL577" in said.err
    told = {one["kind"]: one["outcome"] for one in place.receipts()[-1]["objects"]}
    assert (told["Service"], told["Deployment"], told["ServiceAccount"]) == ("failed", "skipped", "done")
    assert place.members() == set(place.all())


def _space(place: Place, team: str) -> dict[str, Any]:
    return {"metadata": {"name": f"{place.prefix}-{team}"}}


def _adopted(place: Place) -> None:
    for team in ("team-000", "team-001"):
        place.write(
            f"environments/staging/overlays/{team}.yaml",
            f"apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {{name: {team}}}\n"
            f"spec: {{for: {{team: {team}}}, objects: [{{kind: Namespace, adopt: true}}]}}\n",
        )
    place.commit()
