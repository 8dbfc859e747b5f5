"""The auditor's questions, each one command: what ran at a second, since when, from what, let in by whom, and is it intact."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import repositories, toy
from tests.flows.test_promote import back, everywhere, to
from tests.toy import SLUG, START, World
from windlass.cli.main import main


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(toy.repository(tmp_path / "repo"))


def ask(world: World, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> Any:
    capsys.readouterr()
    assert main(["audit", *words, "--output", "json", "-C", str(world.clone.folder)]) == code
    return json.loads(capsys.readouterr().out)


def told(world: World, capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    capsys.readouterr()
    assert main(["audit", *words, "-C", str(world.clone.folder)]) == code
    return capsys.readouterr().out


def test_nothing_yet(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask(world, capsys)["entries"] == []
    assert "`windlass apply ENV` writes the first; `windlass audit --rehearse` reads what was" in told(world, capsys)
    assert "`windlass apply ENV --rehearse` writes the first" in told(world, capsys, "--rehearse")


def test_what_ran_in_prod_at_a_second(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = everywhere(world, f1=0.8), everywhere(world, f1=0.9)
    began = [START + timedelta(hours=hours) for hours in (2, 5)]
    for when, expected in (
        (began[0] - timedelta(seconds=1), []),
        (began[0], [first.release.digest]),
        (began[1] - timedelta(seconds=1), [first.release.digest]),
        (began[1], [second.release.digest]),
        (began[1] + timedelta(days=9), [second.release.digest]),
    ):
        for text in (when.isoformat(), when.isoformat().replace("+00:00", "Z"), f"{when:%Y-%m-%d %H:%M:%S} UTC"):
            found = ask(world, capsys, "prod", SLUG, "--at", text)
            assert [entry["release"] for entry in found["entries"]] == expected, text
    local = "2026-03-03T15:30:00+05:30"
    assert ask(world, capsys, "prod", "--at", local)["at"] == "2026-03-03T10:00:00Z"


def test_an_apply_under_way_is_said(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.release_to_head()
    during = (START - timedelta(seconds=30)).isoformat()
    assert [one["number"] for one in ask(world, capsys, "dev", "--at", during)["changing"]] == [1]
    assert "dev was changing then" in told(world, capsys, "dev", "--at", during)


def test_a_time_without_an_offset_is_no_instant(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("2026-03-03T14:00", "yesterday", "2026-13-03T14:00Z"):
        assert main(["audit", "--at", text, "-C", str(world.clone.folder)]) == 2
        assert "WL641" in capsys.readouterr().err


def test_the_timeline_in_order(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    everywhere(world, f1=0.8)
    everywhere(world, f1=0.9)
    world.land(back(world, "prod"))
    world.apply("prod")
    entries = ask(world, capsys)["entries"]
    assert [(entry["environment"], entry["generation"]) for entry in entries] == [
        *(("dev", 1), ("staging", 1), ("prod", 1)),
        *(("dev", 2), ("staging", 2), ("prod", 2), ("prod", 3)),
    ]
    assert [entry["until"] is None for entry in entries] == [False, False, False, True, True, False, True]
    assert [entry["way"][0]["movement"] for entry in entries][-1] == "rollback"
    assert entries[-1]["way"][0]["reason"] == "worse on sevens"


def test_from_the_live_thing_to_data_and_code_from_git_alone(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    trained_at = world.clone.git("rev-parse", "HEAD")
    proposal = everywhere(world)
    bare = repositories.remote(tmp_path / "remote.git")
    world.clone.git(
        "push", "-q", str(bare), "main", *(f"windlass/ledger/{name}" for name in ("dev", "staging", "prod"))
    )
    other = World(repositories.clone(bare, tmp_path / "auditor", "Olga"))
    (entry,) = ask(other, capsys, "prod", SLUG)["entries"]
    pin = proposal.release.spec.pin
    assert entry["source"] == {"commit": trained_at, "dirty": False}
    assert (entry["modelDigest"], entry["inputs"]) == (pin.model.digest, pin.inputs)
    assert [(one["dataset"], one["md5"], one["licence"]) for one in entry["data"]] == [
        ("vision/digits", pin.data[0].md5, "CC-BY-4.0")
    ]
    assert entry["trained"]["params"] == {"max_depth": 8}
    assert [(moved["environment"], moved["movement"], moved["generation"]) for moved in entry["way"]] == [
        ("prod", "promote", 1),
        ("staging", "promote", 1),
        ("dev", "release", 1),
    ]
    assert [moved["servedSince"] for moved in entry["way"]] == [
        "2026-03-03T11:00:00Z",
        "2026-03-03T10:00:00Z",
        "2026-03-03T09:00:00Z",
    ]
    assert entry["problems"] == []
    text = told(other, capsys, "prod", SLUG)
    assert f"from commit {trained_at}" in text
    assert "ledger chain ok (1 receipt)" in text


def test_an_approver_is_claimed_unless_a_signature_proves_it(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    world.release_to_head()
    ada = to(world, "staging")
    world.clone.person("Carol")
    repositories.sign(world.clone, tmp_path)
    world.land(ada)
    world.apply("staging")
    staging, dev = ask(world, capsys, "staging")["entries"][0]["way"]
    assert [(one["login"], one["proof"]) for one in staging["approvals"]] == [("carol@example.org", "signature")]
    assert staging["proposedBy"] == "Ada <ada@example.org>"
    assert staging["samePerson"] is False
    assert (staging["approvalsNeeded"], staging["approvalsHad"]) == (1, 1)
    assert (dev["mergedBy"]["login"], dev["mergedBy"]["proof"]) == ("Ada <ada@example.org>", "claimed")
    assert (dev["approvals"], dev["approvalsNeeded"], dev["approvalsHad"]) == ([], 1, 0)
    assert dev["samePerson"] is True
    text = told(world, capsys, "staging")
    assert "merged by carol@example.org (verified by signature)" in text
    assert "approved by carol@example.org (verified by signature): 1 of 1 needed" in text
    assert "the same person proposed and merged" in text
    assert "approved by nobody but its author (claimed): 0 of 1 needed; TOO FEW" in text


def test_a_signature_of_a_stranger_proves_nothing(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = world.propose("dev", world.train("dev"))
    world.clone.person("Mallory")
    repositories.sign(world.clone, tmp_path, trusted=False)
    world.land(proposal)
    receipt = world.apply("dev")
    (moved,) = ask(world, capsys, "dev")["entries"][0]["way"]
    assert [one["proof"] for one in moved["approvals"]] == ["claimed"]
    assert [one.proof for one in receipt.approvals[SLUG]] == ["claimed"]


def test_a_squash_is_a_merge_too(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    proposal = world.propose("dev", world.train("dev"))
    world.clone.person("Bob")
    world.clone.git("merge", "-q", "--squash", str(proposal.branch))
    squash = world.clone.commit("squashed")
    world.apply("dev")
    (moved,) = ask(world, capsys, "dev")["entries"][0]["way"]
    assert moved["commit"] == squash
    assert moved["approvals"][0]["login"] == "Bob <bob@example.org>"


def test_unhealthy_is_a_time_of_its_own(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.release_to_head()
    world.apply("dev", healthy=False)
    world.apply("dev")
    assert [entry["healthy"] for entry in ask(world, capsys, "dev")["entries"]] == [True, False, True]


def test_rehearsals_are_told_only_when_asked_for(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.land(world.propose("dev", world.train("dev")))
    world.apply("dev", rehearse=True)
    assert ask(world, capsys)["entries"] == []
    assert len(ask(world, capsys, "--rehearse")["entries"]) == 1


def test_local_is_told_without_a_way(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.propose("local", world.train("local"))
    world.apply("local")
    (entry,) = ask(world, capsys, "local")["entries"]
    assert (entry["way"], entry["problems"]) == ([], [])
    assert entry["data"][0]["dataset"] == "vision/digits"


def test_a_shallow_clone_says_what_to_do(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world.release_to_head()
    cut = World(repositories.clone(world.clone.folder, tmp_path / "cut", "Bob", "--depth=1"))
    assert main(["audit", "-C", str(cut.clone.folder)]) == 5
    said = capsys.readouterr().err
    assert "WL548" in said
    assert "git fetch --unshallow" in said


def test_a_forged_ledger_ends_with_exit_4_and_is_still_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.release_to_head()
    world.apply("dev")
    world.clone.git("checkout", "-q", "windlass/ledger/dev")
    path = world.clone.folder / "receipts/000001.json"
    world.clone.write({"receipts/000001.json": path.read_text().replace("Ada", "Eve")})
    world.clone.git("commit", "-qam", "forged")
    world.clone.git("checkout", "-q", "main")
    found = ask(world, capsys, code=4)
    assert found["sound"] is False
    assert "000001" in found["ledgers"][0]["problem"]
    assert "WL422" in told(world, capsys, code=4)


def test_a_receipt_about_a_release_that_its_commit_does_not_have_is_a_problem(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.release_to_head(f1=0.8)
    old = world.ports.ledger.receipts("dev", rehearsed=False)[-1]
    world.land(world.propose("dev", world.train("dev", f1=0.9)))
    new = world.apply("dev")
    world.ports.ledger.append(new.model_copy(update={"commit": old.commit, "served": old.served}))
    world.ports.ledger.append(new.model_copy(update={"commit": old.commit}))
    found = ask(world, capsys, "dev", code=4)
    assert found["entries"][-1]["problems"] == ["receipt 000004 tells another release than its commit has"]


def test_what_local_left_is_told_as_far_as_this_machine_knows_it(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    first = world.train("local", f1=0.8)
    assert first.model is not None
    world.propose("local", first)
    world.apply("local")
    world.propose("local", world.train("local", f1=0.9))
    world.apply("local")
    old, new = ask(world, capsys, "local")["entries"]
    assert (old["registry"], old["version"], old["generation"]) == ("vision-digits", None, 1)
    assert new["registry"] == "vision-digits"
