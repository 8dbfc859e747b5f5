"""Proposing a release: the folder, the branch, and what is refused."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from tests import repositories, toy
from tests.fakes.progress import HeardProgress
from tests.toy import SLUG, World
from windlass.engine import release as releases
from windlass.flows.releasing import release, shelf
from windlass.model import layout
from windlass.model.failure import Refused

FOLDER = "environments/dev/releases/vision/digits"


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(toy.repository(tmp_path / "repo"))


def test_a_first_release_is_one_commit_on_a_branch_and_touches_nothing_else(world: World) -> None:
    before = world.clone.git("rev-parse", "main")
    proposal = world.propose("dev", world.train("dev"))
    git, branch = world.clone.git, "windlass/release/dev/vision/digits"
    assert (proposal.branch, proposal.changed, proposal.pushed) == (branch, True, False)
    assert git("rev-parse", f"{branch}^") == before == git("rev-parse", "main")
    assert git("status", "--porcelain") == ""
    assert git("diff", "--name-only", f"main..{branch}").splitlines() == [
        f"{FOLDER}/evidence.json",
        f"{FOLDER}/model.yaml",
        f"{FOLDER}/release.yaml",
        "specs/vision/digits/dvc.lock",
    ]
    assert git("show", f"{branch}:{FOLDER}/model.yaml") == git("show", "main:specs/vision/digits/model.yaml")
    assert proposal.summary.startswith("generation 1   ")


def test_the_commit_tells_by_trailers_what_it_carries(world: World) -> None:
    proposal = world.propose("dev", world.train("dev"))
    (commit,) = world.ports.git.log(str(proposal.commit), limit=1)
    told = {key: value[0] for key, value in commit.trailers.items()}
    assert told["Windlass-Change"] == "release"
    assert told["Windlass-Release"] == proposal.release.digest
    assert told["Windlass-Render"] == proposal.evidence.render_digest
    assert told["Windlass-Model"] == SLUG
    evidence = world.ports.git.read(str(proposal.commit), f"{FOLDER}/evidence.json") or b""
    assert told["Windlass-Evidence"] == releases.evidence_digest({releases.EVIDENCE: evidence})


def test_the_same_candidate_again_is_the_same_proposal(world: World) -> None:
    candidate = world.train("dev")
    first = world.propose("dev", candidate)
    second = world.propose("dev", candidate)
    assert (second.commit, second.changed) == (first.commit, False)
    assert "already proposed" in second.summary


def test_what_is_merged_is_not_proposed_again(world: World) -> None:
    candidate = world.train("dev")
    world.land(world.propose("dev", candidate))
    again = world.propose("dev", candidate)
    assert (again.branch, again.changed) == (None, False)


def test_a_newer_candidate_takes_the_place_of_an_older_proposal_and_says_so(world: World) -> None:
    first = world.propose("dev", world.train("dev", f1=0.8))
    second = world.propose("dev", world.train("dev", f1=0.85))
    assert second.replaces.startswith(f"release {first.release.digest[:15]}")
    assert second.release.spec.generation == 1
    assert world.clone.git("rev-list", "--count", f"main..{second.branch}") == "1"


def test_generations_count_up_and_the_champion_is_named(world: World) -> None:
    first = world.propose("dev", world.train("dev", f1=0.8))
    world.land(first)
    second = world.propose("dev", world.train("dev", f1=0.85))
    assert second.release.spec.generation == 2
    assert second.evidence.champion == first.release.digest
    assert second.replaces == ""


def test_a_changed_spec_that_trains_nothing_is_another_release_and_comments_are_not(world: World) -> None:
    candidate = world.train("dev")
    world.land(world.propose("dev", candidate))
    path = world.clone.folder / "specs/vision/digits/model.yaml"
    text = path.read_text()
    world.clone.commit("a comment", {path.as_posix(): "# read me\n" + text})
    assert world.propose("dev", candidate).changed is False
    resources = text.replace("outs: [model]", 'outs: [model]\n        resources: {cpu: "2"}')
    assert resources != text
    world.clone.commit("more cores for training", {path.as_posix(): resources})
    assert world.propose("dev", candidate).changed is False
    world.clone.commit("serving", {path.as_posix(): resources.replace("serving:", "serving:\n    maxReplicas: 4")})
    proposal = world.propose("dev", candidate)
    assert proposal.changed is True
    assert proposal.release.spec.pin.model == candidate.model
    assert release.differs(proposal.release, world.project.models[SLUG]) is False


def test_local_is_written_at_once_outside_git(world: World) -> None:
    proposal = world.propose("local", world.train("local", f1=0.8))
    assert (proposal.branch, proposal.changed, proposal.folder) == (
        None,
        True,
        ".windlass/local/releases/vision/digits",
    )
    assert world.propose("local", world.train("local", f1=0.8)).changed is False
    second = world.propose("local", world.train("local", f1=0.9))
    assert second.release.spec.generation == 2
    assert releases.parse(shelf.local(world.ports)[SLUG]).release == second.release
    assert world.clone.git("branch", "--list", "windlass/*") == ""


class Killed(BaseException):
    pass


def killed() -> None:
    raise Killed


@pytest.mark.parametrize("point", ["release.journal", "release.release", "release.model", "release.evidence"])
def test_a_kill_while_local_is_written_loses_and_mixes_nothing(world: World, point: str) -> None:
    first = world.propose("local", world.train("local", f1=0.8))
    folder = world.clone.folder / layout.release_folder("local", SLUG)
    deadly = replace(world.ports, progress=HeardProgress({point: killed}))
    candidate = world.train("local", f1=0.9)
    with pytest.raises(Killed):
        release.propose(deadly, world.project, candidate, world.environment("local"))
    found = releases.parse(shelf.local(world.ports)[SLUG])
    assert found.release.spec.generation == 2
    assert found.release.digest != first.release.digest
    assert sorted(path.name for path in folder.iterdir()) == sorted(releases.FILES)


def test_release_yaml_reads_well_and_is_the_same_each_time(world: World) -> None:
    proposal = world.propose("local", world.train("local"))
    data = shelf.local(world.ports)[SLUG]["release.yaml"]
    lines = data.decode().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../../../../../schemas/release.schema.json"
    assert lines[1].startswith("# written by Windlass")
    assert "metadata: {name: digits, team: vision}" in lines
    assert lines.index("  generation: 1") + 1 == next(at for at, line in enumerate(lines) if line.startswith("  seal:"))
    assert not any(line.startswith(("&", "*")) for line in lines)
    value = yaml.safe_load(data)
    assert value["spec"]["pin"]["model"]["digest"] == proposal.release.spec.pin.model.digest
    assert value["spec"]["metrics"]["slices"]["digit"]["7"] == {"f1": 0.9}
    proof = shelf.local(world.ports)[SLUG]["evidence.json"]
    assert proof.decode() == json.dumps(json.loads(proof), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def test_a_gate_against_the_champion_refuses_with_the_numbers(world: World) -> None:
    path = world.clone.folder / "specs/vision/digits/model.yaml"
    gate = "      - {metric: f1, baseline: champion, minRelativeChange: -0.01}\n"
    world.clone.commit("a gate", {path.as_posix(): path.read_text().replace("  serving:", gate + "  serving:")})
    world.land(world.propose("dev", world.train("dev", f1=0.9)))
    with pytest.raises(Refused) as caught:
        world.propose("dev", world.train("dev", f1=0.8))
    (found,) = caught.value.diagnostics
    assert found.code == "WL401"
    assert ">= 0.891 (champion 0.900): 0.091 too low" in found.message
    other = world.propose("dev", world.train("dev", f1=0.8, data="second"))
    assert other.evidence.approvals_needed == 2
    assert other.evidence.checks[0].outcome == "asks"


def test_only_what_is_merged_is_released(world: World) -> None:
    world.clone.git("checkout", "-q", "-b", "work")
    world.clone.commit("more trees")
    with pytest.raises(Refused) as caught:
        world.propose("dev", world.train("dev"))
    assert caught.value.diagnostics[0].code == "WL436"
    assert "is not on `main`" in caught.value.diagnostics[0].message


def test_what_main_no_longer_asks_for_is_not_released(world: World) -> None:
    old = world.clone.git("rev-parse", "HEAD")
    world.clone.commit("new code", {"specs/vision/digits/train.py": "pass\n"})
    world.clone.git("checkout", "-q", old)
    with pytest.raises(Refused) as caught:
        world.propose("dev", world.train("dev"))
    assert "newer" in caught.value.diagnostics[0].message


def test_with_a_remote_the_branch_is_pushed_and_replaced_there(world: World, tmp_path: Path) -> None:
    bare = repositories.remote(tmp_path / "remote.git")
    world.clone.git("remote", "add", "origin", str(bare))
    world.clone.git("push", "-q", "origin", "main")
    first = world.propose("dev", world.train("dev", f1=0.8))
    assert first.pushed
    other = World(repositories.clone(bare, tmp_path / "other", "Bob"))
    assert other.ports.git.fetch(str(first.branch)) == first.commit
    second = other.propose("dev", other.train("dev", f1=0.85))
    assert second.replaces
    assert world.ports.git.fetch(str(first.branch)) == second.commit
    third = world.propose("dev", world.train("dev", f1=0.85))
    assert (third.commit, third.changed) == (second.commit, False) or third.replaces


@pytest.mark.parametrize("point", ["release.commit", "release.branch"])
def test_a_kill_while_proposing_is_finished_by_the_same_command(world: World, tmp_path: Path, point: str) -> None:
    world.clone.git("remote", "add", "origin", str(repositories.remote(tmp_path / "remote.git")))
    world.clone.git("push", "-q", "origin", "main")
    candidate = world.train("dev")
    deadly = replace(world.ports, progress=HeardProgress({point: killed}))
    with pytest.raises(Killed):
        release.propose(deadly, world.project, candidate, world.environment("dev"))
    proposal = world.propose("dev", candidate)
    assert proposal.pushed
    assert world.ports.git.fetch(str(proposal.branch)) == proposal.commit == world.ports.git.tip(str(proposal.branch))
    assert world.clone.git("rev-list", "--count", f"main..{proposal.branch}") == "1"


def test_a_squashed_proposal_whose_branch_is_left_behind_is_not_replaced(world: World) -> None:
    first = world.propose("dev", world.train("dev", f1=0.8))
    world.clone.git("merge", "-q", "--squash", str(first.branch))
    world.clone.commit("squashed")
    assert world.propose("dev", world.train("dev", f1=0.85)).replaces == ""
