"""Who agreed, as git tells it, and what a plan makes of too few (WL413): the rehearsal through the front door."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests import repositories, toy
from tests.flows.test_promote import to
from tests.toy import SLUG, World
from windlass.cli.main import main
from windlass.flows import plan
from windlass.flows.releasing import approvals
from windlass.model.proposal import Proposal


@pytest.fixture
def world(tmp_path: Path) -> World:
    """dev serves what Ada released; staging asks for one approval."""
    made = World(toy.repository(tmp_path / "repo"))
    made.land(made.propose("dev", made.train("dev")))
    made.apply("dev", rehearse=True)
    return made


def proposed(world: World) -> Proposal:
    return to(world, "staging", rehearse=True)


def counted(world: World) -> list[tuple[str, str]]:
    found = approvals.counted(world.ports, "staging", SLUG, world.clone.git("rev-parse", "HEAD"))
    return [(one.login.partition(" <")[0], one.proof) for one in found]


def merged(world: World, who: str, message: str, *options: str) -> None:
    """Merge the proposal as somebody, with a message."""
    branch = str(proposed(world).branch)
    world.clone.person(who).git("merge", "-q", "--no-ff", "-m", message, *options, branch)


def planned(world: World, capsys: pytest.CaptureFixture[str], code: int = 0) -> tuple[str, dict[str, Any]]:
    """What `plan staging --rehearse` says, and its verdict on approvals."""
    words = ["plan", "staging", "--rehearse", "-C", str(world.clone.folder)]
    capsys.readouterr()
    assert main(words) == code
    text = capsys.readouterr().out
    assert main([*words, "--output", "json"]) == code
    found = json.loads(capsys.readouterr().out)["plan"]["verdicts"]
    return text, next((one for one in found if one["guard"] == "approvals"), {})


def test_somebody_else_merges(world: World) -> None:
    merged(world, "Bob", "Merge")
    assert counted(world) == [("Bob", "claimed")]


def test_a_proposer_who_merges_alone_is_nobody(world: World) -> None:
    merged(world, "Ada", "Merge")
    assert counted(world) == []


def test_the_merge_names_its_reviewers_each_once_and_never_the_author(world: World) -> None:
    reviewers = ("Bob <bob@example.org>", "bob <BOB@example.org>", "Ada <ADA@example.org>", "Eve <eve@example.org>")
    merged(world, "Ada", "Merge\n\n" + "\n".join(f"Reviewed-by: {who}" for who in (*reviewers, " ")))
    assert counted(world) == [("Bob", "claimed"), ("Eve", "claimed")]


def test_a_proposer_cannot_name_reviewers_in_a_commit_of_their_own(world: World) -> None:
    branch = str(proposed(world).branch)
    world.clone.git("checkout", "-q", branch)
    world.clone.commit("more\n\nReviewed-by: Bob <bob@example.org>")
    world.clone.git("checkout", "-q", "main")
    world.clone.git("merge", "-q", "--ff-only", branch)
    assert counted(world) == [], "a fast-forward makes the proposal's own commit the one that brought it"
    world.clone.git("reset", "-q", "--hard", "HEAD~2")
    world.clone.git("merge", "-q", "--no-ff", "-m", "Merge", branch)
    assert counted(world) == []


def test_a_reviewer_on_top_of_the_proposal_counts(world: World) -> None:
    branch = str(proposed(world).branch)
    world.clone.git("checkout", "-q", branch)
    world.clone.person("Bob").commit("looked at\n\nReviewed-by: Bob <bob@example.org>")
    world.clone.git("checkout", "-q", "main")
    world.clone.person("Ada").git("merge", "-q", "--no-ff", "-m", "Merge", branch)
    assert counted(world) == [("Bob", "claimed")]


def test_a_squash_counts_by_who_committed_it(world: World) -> None:
    branch = str(proposed(world).branch)
    world.clone.git("merge", "-q", "--squash", branch)
    world.clone.person("Bob").commit("squashed\n\nReviewed-by: Eve <eve@example.org>")
    assert counted(world) == [("Bob", "claimed"), ("Eve", "claimed")]
    world.clone.git("reset", "-q", "--hard", "HEAD~1")
    world.clone.git("merge", "-q", "--squash", branch)
    world.clone.person("Ada").commit("squashed\n\nReviewed-by: Eve <eve@example.org>")
    assert counted(world) == []


def test_a_signature_proves_the_one_who_merged_and_nobody_whom_they_name(world: World, tmp_path: Path) -> None:
    world.clone.person("Carol")
    repositories.sign(world.clone, tmp_path)
    branch = str(proposed_as(world, "Ada"))
    world.clone.git("config", "user.name", "Carol")
    world.clone.git("config", "user.email", "carol@example.org")
    world.clone.git("merge", "-q", "--no-ff", "-m", "Merge\n\nReviewed-by: Bob <bob@example.org>", branch)
    assert counted(world) == [("carol@example.org", "signature"), ("Bob", "claimed")]
    only = approvals.counted(world.ports, "staging", SLUG, world.clone.git("rev-parse", "HEAD"), signed=True)
    assert [one.proof for one in only] == ["signature"]


def proposed_as(world: World, who: str) -> str | None:
    world.clone.git("config", "user.name", who)
    world.clone.git("config", "user.email", f"{who.lower()}@example.org")
    return proposed(world).branch


def test_a_later_commit_approves_one_seal_and_its_author_cannot(world: World) -> None:
    merged(world, "Ada", "Merge")
    seal = world.project.releases["staging", SLUG].spec.spec.seal
    world.clone.commit(f"approve\n\nWindlass-Approves: {seal}")
    assert counted(world) == [], "Ada proposed it"
    world.clone.person("Bob").commit(f"approve\n\nWindlass-Approves: {toy.ZERO}")
    assert counted(world) == [], "that is the seal of something else"
    world.clone.commit(f"approve\n\nWindlass-Approves: {seal}")
    assert counted(world) == [("Bob", "claimed")]


def test_a_cut_history_knows_nobody(world: World, tmp_path: Path) -> None:
    merged(world, "Bob", "Merge")
    cut = World(repositories.clone(world.clone.folder, tmp_path / "cut", "Eve", "--depth=1"))
    assert counted(cut) == []


def test_a_rehearsal_goes_on_and_says_that_staging_itself_would_refuse(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    merged(world, "Ada", "Merge")
    text, verdict = planned(world, capsys)
    assert (verdict["allowed"], verdict["warning"], verdict["code"]) == (True, True, "WL413")
    seal = world.project.releases["staging", SLUG].spec.spec.seal
    assert f"warning: generation 1 of {SLUG} has 0 of 1 approvals: nobody but its author  WL413\n" in text
    assert "this rehearsal goes on, staging itself would refuse until somebody other than Ada <ada@example.org>" in text
    assert f'-m "Windlass-Approves: {seal}"' in text
    assert text.count("WL413") == 1


def test_the_environment_itself_refuses(world: World) -> None:
    merged(world, "Ada", "Merge")
    ports, project = world.ports, world.project
    rehearsed = world.environment("staging", rehearse=True)
    made = plan.plan(ports, project, rehearsed)
    real = rehearsed.model_copy(update={"spec": rehearsed.spec.model_copy(update={"rehearsed": False})})
    held = plan.releases.current(ports, project, real, made.base)
    (verdict,) = approvals.verdicts(ports, project, real, held, made.changes, None, made.base)
    assert (verdict.allowed, verdict.code) == (False, "WL413")
    world.clone.person("Bob").commit(f"approve\n\nWindlass-Approves: {held[SLUG].release.spec.seal}")
    (verdict,) = approvals.verdicts(ports, project, real, held, made.changes, None, world.ports.git.head())
    assert verdict.allowed


def test_an_environment_on_this_machine_that_is_no_rehearsal_is_refused_and_nothing_is_written(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    merged(world, "Ada", "Merge")
    path = "environments/staging/environment.yaml"
    text = (world.clone.folder / path).read_text()
    world.clone.commit("here", {path: text.replace("kind: files", "kind: local")})
    here = ["-C", str(world.clone.folder)]
    capsys.readouterr()
    assert main(["plan", "staging", *here]) == 4
    out = capsys.readouterr().out
    assert f"refused: generation 1 of {SLUG} has 0 of 1 approvals: nobody but its author  WL413\n" in out
    assert out.count("approvals:") == 1
    assert main(["apply", "staging", "--yes", *here]) == 4
    said = capsys.readouterr()
    assert (said.out + said.err).count("has 0 of 1 approvals") == 1, "a refusal is said once"
    assert "WL413" in said.err
    assert world.ports.ledger.receipts("staging", rehearsed=False) == ()
    seal = world.project.releases["staging", SLUG].spec.spec.seal
    world.clone.person("Bob").commit(f"approve\n\nWindlass-Approves: {seal}")
    assert main(["plan", "staging", *here]) == 0


def test_what_the_environment_asks_for_now_counts_too(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    merged(world, "Bob", "Merge")
    assert planned(world, capsys)[1]["reason"].endswith("has 1 of 1 approvals: Bob <bob@example.org> (claimed)")
    path = "environments/staging/environment.yaml"
    text = (world.clone.folder / path).read_text() + "  promotion: {approvals: 3}\n"
    world.clone.commit("three", {path: text})
    assert "has 1 of 3 approvals" in planned(world, capsys)[1]["reason"]


def test_what_is_served_is_not_asked_again(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    merged(world, "Ada", "Merge")
    world.apply("staging", rehearse=True)
    text, verdict = planned(world, capsys)
    assert "Process" in text, "nothing runs, so there is something to repair"
    assert verdict == {}


def test_the_audit_says_that_nobody_else_agreed(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    merged(world, "Ada", "Merge")
    receipt = world.apply("staging", rehearse=True)
    assert receipt.approvals == {SLUG: ()}
    capsys.readouterr()
    assert main(["audit", "staging", "--rehearse", "-C", str(world.clone.folder)]) == 0
    assert "approved by nobody but its author (claimed): 0 of 1 needed; TOO FEW" in capsys.readouterr().out
