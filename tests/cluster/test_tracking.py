"""What an apply of a cluster makes a real tracker say: the alias follows what is well, and holds nothing up."""

import signal
import time
from collections.abc import Iterator

import pytest

from benchmarks import fleet
from tests.cluster.controllers import Controllers
from tests.cluster.place import A, B, Place
from tests.tracker import Door, Tracker
from windlass.model import digests

pytestmark = pytest.mark.slow
NAMES = {slug: slug.replace("/", "-") for slug in (A, B)}
MODELS = {slug: digests.of_bytes(fleet.pinned(slug)[0]) for slug in (A, B)}


@pytest.fixture
def door(mlflow_server: Tracker, place: Place, monkeypatch: pytest.MonkeyPatch) -> Door:
    """The environment names the server; its registry holds a version of each model, as pods left them."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    made = Door(mlflow_server.address)
    place.edit(
        "environments/staging/environment.yaml", "  network:", f'  tracking: {{uri: "{made.address}"}}\n  network:'
    )
    place.commit("a tracker")
    client = mlflow_server.client()
    for slug, name in NAMES.items():
        mlflow_server.forget(name)
        client.create_registered_model(name)
        for digest in ("sha256:" + "9" * 64, MODELS[slug]):
            client.create_model_version(name, "s3://somewhere/model", tags={"windlass.model": digest})
    return made


@pytest.fixture
def open_door(door: Door) -> Iterator[Door]:
    with door.open():
        yield door


def aliases(server: Tracker) -> dict[str, dict[str, str]]:
    client = server.client()
    return {slug: dict(client.get_registered_model(name).aliases) for slug, name in NAMES.items()}


def test_the_alias_follows_what_is_well(
    place: Place, controllers: Controllers, mlflow_server: Tracker, open_door: Door
) -> None:
    actions = place.plan().actions()
    assert actions[f"Alias {NAMES[A]}@staging"] == "create"
    assert aliases(mlflow_server) == {A: {}, B: {}}, "a plan writes nothing"
    place.applied()
    assert aliases(mlflow_server) == {A: {"staging": "2"}, B: {"staging": "2"}}
    told = [one for one in place.receipts()[-1]["objects"] if one["kind"] == "Alias"]
    assert [(one["name"], one["outcome"], one["detail"]) for one in told] == [
        (f"{NAMES[slug]}@staging", "done", "version 2") for slug in (A, B)
    ]
    assert not [line for line in place.members() if "Alias" in line]
    assert "nothing to do" in place.applied().all
    assert len(place.receipts()) == 1


def test_an_alias_that_was_moved_by_hand_is_drift_and_comes_back(
    place: Place, controllers: Controllers, mlflow_server: Tracker, open_door: Door
) -> None:
    place.applied()
    plan = place.run("plan", "staging", "--out", str(place.root.parent / "plan.json"))
    assert plan.exit == 0, plan.all
    client = mlflow_server.client()
    client.set_registered_model_alias(NAMES[A], "staging", "1")
    client.set_registered_model_alias(NAMES[A], "other", "1")
    stale = place.run("apply", "staging", "--plan", str(place.root.parent / "plan.json"))
    assert stale.exit == 4
    assert f"Alias {NAMES[A]}@staging moved" in stale.all
    said = place.run("drift", "staging", "--exit-code")
    assert said.exit == 3
    assert f"{NAMES[A]}@staging" in said.out
    assert NAMES[B] not in said.out
    said = place.run("plan", "staging")
    assert "drift: the alias was moved by hand to version 1" in said.out
    place.applied()
    assert aliases(mlflow_server)[A] == {"staging": "2", "other": "1"}, "others' aliases are theirs"


def test_the_alias_of_a_model_that_leaves_goes(
    place: Place, controllers: Controllers, mlflow_server: Tracker, open_door: Door
) -> None:
    place.applied()
    place.leaves(B)
    place.applied()
    assert aliases(mlflow_server) == {A: {"staging": "2"}, B: {}}
    assert place.plan().actions() == {}


def test_what_is_not_well_keeps_its_alias(
    place: Place, controllers: Controllers, mlflow_server: Tracker, open_door: Door
) -> None:
    place.applied()
    mlflow_server.client().set_registered_model_alias(NAMES[A], "staging", "1")
    controllers.broken.add(NAMES[A])
    place.overlay(A, "{serving: {minReplicas: 3, maxReplicas: 3}}")
    said = place.apply()
    assert said.exit == 1, said.all
    assert aliases(mlflow_server)[A] == {"staging": "1"}
    (told,) = [one for one in place.receipts()[-1]["objects"] if one["kind"] == "Alias"]
    assert (told["outcome"], told["detail"]) == ("skipped", "the cluster does not have it as it should be")


def test_one_that_slept_longer_than_its_lease_moves_no_alias(
    place: Place, mlflow_server: Tracker, open_door: Door
) -> None:
    """It is stopped while it waits for health; all is well when it wakes up, and the environment is somebody else's."""
    running = place.start("apply", "staging", "--yes", seconds=4)
    while place.get("networkpolicy", B) is None and running.poll() is None:
        time.sleep(0.1)
    time.sleep(1)
    running.send_signal(signal.SIGSTOP)
    with Controllers(place.admin, place.prefix):
        time.sleep(5)
        place.patch("lease", place.home, {"spec": {"holderIdentity": "somebody"}}, "windlass-staging")
        running.send_signal(signal.SIGCONT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, "WL575" in err) == (5, True), out + err
    assert aliases(mlflow_server) == {A: {}, B: {}}


def test_a_tracker_that_is_away_is_told_and_what_is_left_is_done_later(
    place: Place, controllers: Controllers, mlflow_server: Tracker, door: Door
) -> None:
    with door.open():
        place.applied()
    place.leaves(B)
    place.overlay(A, "{serving: {minReplicas: 3, maxReplicas: 3}}")
    plan = place.run("plan", "staging", "--out", str(place.root.parent / "plan.json"))
    assert plan.exit == 0, plan.all
    assert "warning: nothing is known of aliases: the tracker" in plan.out
    assert "WL527" in plan.out
    said = place.run("apply", "staging", "--plan", str(place.root.parent / "plan.json"))
    assert said.exit == 5, said.all
    assert "WL528" in said.all
    assert "what was written to the cluster stands" in said.all
    assert place.get("deployment", B) is None
    receipt = place.receipts()[-1]
    assert (receipt["outcome"], receipt["served"][A]["healthy"]) == ("failed", True)
    assert "WL527" not in receipt["cause"]
    assert aliases(mlflow_server)[B] == {"staging": "2"}

    with door.open():
        said = place.applied()
        assert f"Alias {NAMES[B]}@staging" in said.out
        assert aliases(mlflow_server) == {A: {"staging": "2"}, B: {}}
        assert place.receipts()[-1]["outcome"] == "succeeded"
        assert "nothing to do" in place.applied().all


def test_a_plan_that_was_made_without_the_tracker_does_not_hold_an_apply_up(
    place: Place, controllers: Controllers, mlflow_server: Tracker, door: Door
) -> None:
    saved = str(place.root.parent / "plan.json")
    mlflow_server.client().set_registered_model_alias(NAMES[A], "staging", "1")
    assert place.run("plan", "staging", "--out", saved).exit == 0
    with door.open():
        said = place.run("apply", "staging", "--plan", saved)
        assert said.exit == 0, said.all
        assert aliases(mlflow_server) == {A: {"staging": "2"}, B: {"staging": "2"}}
        place.overlay(A, "{serving: {minReplicas: 3, maxReplicas: 3}}")
        assert place.run("plan", "staging", "--out", saved).exit == 0
    said = place.run("apply", "staging", "--plan", saved)
    assert (said.exit, "WL528" in said.all) == (5, True), said.all
    assert place.get("deployment", A)["spec"]["replicas"] == 3


def test_a_version_that_no_store_can_give_is_told(
    place: Place, controllers: Controllers, mlflow_server: Tracker, open_door: Door
) -> None:
    mlflow_server.client().delete_model_version(NAMES[A], "2")
    said = place.apply()
    assert said.exit == 5, said.all
    assert "WL521" in said.all
    assert place.get("deployment", A) is not None
    assert aliases(mlflow_server) == {A: {}, B: {"staging": "2"}}, "the others' follow"
    assert place.apply().exit == 5, "it is not told as done"
