"""Applying: exactly the plan or nothing, and a receipt whatever happens. The live process is a real one that only sleeps."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import windlass
from tests import repositories, toy
from tests.toy import SLUG, World
from windlass.cli.main import main
from windlass.flows import apply, down, plan
from windlass.flows.releasing import waiting
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
        "startedAt": datetime.now(UTC).isoformat(),
        "runs": {"bento": toy.ZERO, "model": toy.ZERO, "contract": toy.ZERO, "port": 1, "env": []},
        "carries": {"release": toy.ZERO, "generation": 1, "bentoTag": "t"},
    }
    words = [sys.executable, launch.__file__, str(record), json.dumps(fields), "-", "/bin/sleep", "60"]
    child = subprocess.Popen(words, start_new_session=True)
    CHILDREN.append(child)
    while not record.exists():
        assert child.poll() in (None, 0)  # it may have ended by now: what it started sleeps


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
    assert caught.value.diagnostics[0].message == "vision/digits would leave this environment"
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
    assert "`windlass plan dev --rehearse`" in caught.value.diagnostics[-1].hint


def test_a_plan_for_another_environment_is_that_and_nothing_else(world: World) -> None:
    sleeping(world)
    made = planned(world)
    ports = world.ports
    for name, rehearse in (("staging", True), ("dev", False)):
        with pytest.raises(Refused) as caught:
            apply.apply(ports, world.project, world.environment(name, rehearse), made, 0)
        (found,) = caught.value.diagnostics
        assert (found.code, found.message.partition(", not for")[0]) == ("WL410", "the plan is for `dev`, rehearsed")


def test_where_nobody_can_be_asked_nothing_is_done(world: World) -> None:
    without_training(world)
    words = [sys.executable, "-m", "windlass", "apply", "dev", "--rehearse", "-C", str(world.clone.folder)]
    surroundings = {**os.environ, "PYTHONPATH": str(Path(windlass.__file__).parents[1])}
    for more, code in (([], 2), (["--yes"], 0)):
        # somebody types `y` into a pipe: that is no terminal either
        said = subprocess.run([*words, *more], input="y\n", capture_output=True, text=True, env=surroundings)
        assert said.returncode == code, said.stderr
        assert ("WL614" in said.stderr) == (code == 2)
        assert (world.clone.folder / ".windlass").exists() == (code == 0)


def test_a_run_of_what_is_not_merged_is_a_warning_in_the_plan_and_refused_before_training(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.clone.git("checkout", "-q", "-b", "work")
    world.clone.commit("more trees")
    (verdict,) = planned(world).warnings
    assert (verdict.guard, verdict.code) == ("merged", "WL436")
    assert main(["plan", "dev", "--rehearse", "-C", str(world.clone.folder)]) == 0
    assert "vision/digits would not be trained: commit " in capsys.readouterr().out
    with pytest.raises(Refused) as caught:
        applied(world, planned(world))
    assert codes(caught.value) == ["WL436"]
    assert not (world.clone.folder / ".windlass/dev/work").exists(), "nothing was trained to find that out"
    world.clone.git("checkout", "-q", "main")
    assert planned(world).warnings == ()


def test_a_proposal_that_waits_is_told_with_the_commands_that_merge_it(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here = ["-C", str(world.clone.folder)]
    assert main(["status", "dev", *here]) == 0
    assert "`windlass apply dev --rehearse` trains and proposes" in capsys.readouterr().out
    world.clone.git("remote", "add", "origin", str(repositories.remote(tmp_path / "remote.git")))
    world.clone.git("push", "-q", "origin", "main")
    proposal = world.propose("dev", world.train("dev"))
    branch = f"origin/{proposal.branch}"
    told = (
        f"waits      {SLUG}: generation 1 of dev on {branch}\n"
        f"next       git show {branch}   (the evidence; merging is the approval)\n"
        f"           git switch main && git pull && git merge --no-ff {branch} && git push origin main\n"
        "           windlass apply dev --rehearse\n"
    )
    without_training(world)
    for words in (["status", "dev"], ["plan", "dev", "--rehearse"], ["apply", "dev", "--rehearse", "--yes"]):
        assert main([*words, *here]) == 0, words
        assert told in capsys.readouterr().out, words
    assert main(["status", "dev", "--output", "json", *here]) == 0
    (standing,) = json.loads(capsys.readouterr().out)
    assert (standing["state"], standing["proposals"][0]["branch"]) == ("proposed", proposal.branch)
    assert main(["apply", "dev", "--rehearse", "--yes", "--output", "json", *here]) == 0
    assert [one["generation"] for one in json.loads(capsys.readouterr().out)["waiting"]] == [1]

    world.clone.git("push", "-q", "origin", "main")
    world.land(proposal)
    assert waiting.waiting(world.ports, "dev") == ()


def test_a_squashed_proposal_waits_no_more(world: World) -> None:
    proposal = world.propose("dev", world.train("dev"))
    assert [one.generation for one in waiting.waiting(world.ports, "dev")] == [1]
    assert waiting.waiting(world.ports, "staging") == ()
    world.clone.git("merge", "-q", "--squash", str(proposal.branch))
    world.clone.commit("squashed")
    assert waiting.waiting(world.ports, "dev") == ()


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
    assert "it was trained, or train it here first: `windlass train vision/digits --env dev --rehearse`" in (
        caught.value.diagnostics[0].hint
    )
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
