"""Applying: exactly the plan or nothing, and a receipt whatever happens. The live process is a real one that only sleeps."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import toy
from tests.toy import SLUG, World
from windlass.flows import apply, down, plan
from windlass.model.failure import Failure, Refused
from windlass.model.failure import World as Trouble
from windlass.runtime import launch

FOLDER = "environments/dev/releases/vision/digits"


CHILDREN: list[subprocess.Popen[bytes]] = []


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(toy.repository(tmp_path / "repo"))
    yield made
    down.down(made.ports, [("dev", True)])
    while CHILDREN:
        CHILDREN.pop().wait(20)


def sleeping(world: World) -> None:
    """Something that runs in dev as vision/digits, started and recorded as services are."""
    record = world.clone.folder / ".windlass/dev/run/vision/digits.json"
    fields = {
        "name": "vision-digits",
        "token": "t",
        "startedAt": "2026-03-03T09:00:00+00:00",
        "runs": {"bento": toy.ZERO, "model": toy.ZERO, "contract": toy.ZERO, "port": 1, "env": []},
        "carries": {"release": toy.ZERO, "generation": 1, "bentoTag": "t"},
    }
    words = [sys.executable, launch.__file__, str(record), json.dumps(fields), "-", "/bin/sleep", "60"]
    child = subprocess.Popen(words, start_new_session=True)
    CHILDREN.append(child)
    while not record.exists():
        assert child.poll() is None


def planned(world: World) -> plan.Plan:
    return plan.plan(world.ports, world.project, world.environment("dev", rehearse=True))


def applied(world: World, made: plan.Plan) -> apply.Applied:
    ports = world.ports
    with ports.locks.hold("dev", ports.progress) as lock:
        return apply.apply(ports, world.project, world.environment("dev", rehearse=True), made, lock)


def codes(failure: Failure) -> list[str]:
    return [found.code for found in failure.diagnostics]


def without_training(world: World) -> None:
    """No model asks for a run, so that plans are about what serves."""
    world.clone.commit("no specs", {"specs/vision/digits/model.yaml": None})


def test_a_model_leaves_only_when_a_commit_lets_it_go(world: World) -> None:
    without_training(world)
    sleeping(world)
    made = planned(world)
    assert [(change.action, change.identity.kind) for change in made.pending] == [("delete", "Process")]
    with pytest.raises(Refused) as caught:
        applied(world, made)
    assert set(codes(caught.value)) == {"WL411"}
    assert "`Windlass-Delete: vision/digits`" in caught.value.diagnostics[0].hint
    assert world.ports.servers.observe("dev")[0].present
    assert world.ports.ledger.receipts("dev", rehearsed=True) == ()

    world.clone.commit("let it go\n\nWindlass-Delete: vision/digits")
    receipt = applied(world, planned(world)).receipt
    assert receipt is not None
    assert [(one.action, one.outcome) for one in receipt.objects] == [("delete", "done")]
    assert world.ports.servers.observe("dev") == ()


def test_a_plan_holds_only_for_the_world_it_saw(world: World) -> None:
    without_training(world)
    sleeping(world)
    world.clone.commit("let it go\n\nWindlass-Delete: vision/digits")
    made = planned(world)
    world.ports.servers.stop("dev", SLUG)
    with pytest.raises(Refused) as caught:
        applied(world, made)
    assert codes(caught.value) == ["WL410"]
    assert "existed, now it is gone" in caught.value.diagnostics[0].message


def test_another_commit_is_another_plan(world: World) -> None:
    without_training(world)
    made = planned(world)
    world.clone.commit("later")
    with pytest.raises(Refused) as caught:
        applied(world, made)
    assert "the commit is" in caught.value.diagnostics[0].message


def test_nothing_to_do_writes_no_receipt(world: World) -> None:
    without_training(world)
    assert applied(world, planned(world)).receipt is None
    assert world.ports.ledger.receipts("dev", rehearsed=True) == ()


def test_a_release_without_its_bytes_fails_and_the_receipt_says_so(world: World) -> None:
    world.land(world.propose("dev", world.train("dev")))
    without_training(world)
    subprocess.run(["rm", "-r", str(world.clone.folder / ".windlass/dev/store")], check=True)
    with pytest.raises(Trouble) as caught:
        applied(world, planned(world))
    assert codes(caught.value) == ["WL521"]
    (receipt,) = world.ports.ledger.receipts("dev", rehearsed=True)
    assert receipt.outcome == "failed"
    assert {one.outcome for one in receipt.objects} == {"failed", "skipped"}
    assert receipt.served == {}


def test_a_plan_file_is_its_digest(world: World) -> None:
    without_training(world)
    ports, path = world.ports, world.clone.folder / ".windlass/plan.json"
    ports.files.write(path, plan.dump(planned(world)))
    assert plan.read(ports, path).environment == "dev"
    path.write_bytes(path.read_bytes().replace(b'"environment":"dev"', b'"environment":"prod"'))
    with pytest.raises(Refused) as caught:
        plan.read(ports, path)
    assert codes(caught.value) == ["WL421"]
