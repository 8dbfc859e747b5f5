"""Promotion and rollback: what they carry, and everything that refuses them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import repositories, toy
from tests.toy import SLUG, World
from windlass.cli.main import main
from windlass.flows import promote, rollback
from windlass.model.failure import Failure, Refused, Usage
from windlass.model.proposal import Proposal


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(toy.repository(tmp_path / "repo"))


def to(world: World, environment: str, lift: str | None = None, rehearse: bool = False) -> Proposal:
    ports = world.ports
    tip, project, meant = promote.at_tip(ports, environment, rehearse)
    return promote.promote(ports, project, meant, promote.slug_of(project, SLUG, environment), tip, lift)


def back(world: World, environment: str, reason: str = "worse on sevens", generation: int | None = None) -> Proposal:
    ports = world.ports
    tip, project, meant = promote.at_tip(ports, environment, False)
    return rollback.rollback(ports, project, meant, SLUG, tip, reason, generation)


def everywhere(world: World, **made: float | str) -> Proposal:
    """Train, and bring it to prod."""
    world.release_to_head(**made)
    for environment in ("staging", "prod"):
        proposal = to(world, environment)
        world.land(proposal)
        world.apply(environment)
    return proposal


def refused(act: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Failure) as caught:
        act()
    assert isinstance(caught.value, Refused | Usage)
    found = caught.value.diagnostics[0]
    return found.code, f"{found.message} | {found.hint}"


def edit(world: World, path: str, old: str, new: str) -> None:
    file = world.clone.folder / path
    text = file.read_text()
    assert old in text
    world.clone.commit(f"edit {path}", {path: text.replace(old, new)})


def test_the_same_digest_goes_up_the_chain_with_evidence(world: World) -> None:
    head = world.release_to_head()
    staging = to(world, "staging")
    assert staging.release.digest == head.release.digest
    assert staging.release.spec.pin == head.release.spec.pin
    assert staging.release.spec.promoted_from is not None
    assert staging.release.spec.promoted_from.environment == "dev"
    assert [check.name for check in staging.evidence.checks] == ["gates", "soak", "same bytes", "change", "approvals"]
    assert staging.evidence.trained == head.evidence.trained
    (commit,) = world.ports.git.log(str(staging.commit), limit=1)
    assert commit.trailers["Windlass-Promoted-From"] == (f"dev {world.clone.git('rev-parse', 'main')}",)
    assert world.clone.git("diff", "--name-only", f"main..{staging.branch}").splitlines() == [
        f"environments/staging/releases/vision/digits/{name}"
        for name in ("evidence.json", "model.yaml", "release.yaml")
    ]


def test_the_promoted_spec_travels_and_not_the_one_of_today(world: World) -> None:
    world.release_to_head()
    before = world.clone.git("show", "main:specs/vision/digits/model.yaml")
    edit(world, "specs/vision/digits/model.yaml", "serving:", "serving:\n    maxReplicas: 9")
    staging = to(world, "staging")
    assert world.clone.git("show", f"{staging.branch}:environments/staging/releases/vision/digits/model.yaml") == before


def test_the_work_tree_does_not_matter(world: World) -> None:
    world.release_to_head()
    world.clone.git("checkout", "-q", "-b", "elsewhere")
    world.clone.commit(
        "all gone", {"environments/staging/environment.yaml": None, "specs/vision/digits/model.yaml": None}
    )
    world.clone.write({"environments/dev/environment.yaml": "no: {yaml"})
    assert to(world, "staging").changed is True


def test_skipping_an_environment_is_refused(world: World) -> None:
    world.release_to_head()
    code, words = refused(lambda: to(world, "prod"))
    assert code == "WL430"
    assert "dev -> staging -> prod" in words
    assert "windlass promote vision/digits --to staging" in words


def test_the_head_and_local_are_not_promoted_to(world: World) -> None:
    world.release_to_head()
    assert refused(lambda: to(world, "dev"))[0] == "WL643"
    assert refused(lambda: to(world, "local"))[0] == "WL643"
    assert refused(lambda: to(world, "stagin"))[0] == "WL603"


def test_a_release_that_was_merged_but_never_applied_is_refused(world: World) -> None:
    world.land(world.propose("dev", world.train("dev")))
    code, words = refused(lambda: to(world, "staging"))
    assert code == "WL433"
    assert "windlass apply dev" in words


def test_a_release_that_is_not_served_well_is_refused(world: World) -> None:
    world.release_to_head()
    world.apply("dev", healthy=False)
    assert refused(lambda: to(world, "staging"))[0] == "WL433"


def test_an_older_receipt_does_not_speak_for_a_newer_release(world: World) -> None:
    world.release_to_head(f1=0.8)
    world.land(world.propose("dev", world.train("dev", f1=0.9)))
    assert refused(lambda: to(world, "staging"))[0] == "WL433"


def test_the_soak_is_counted_from_the_ledger(world: World) -> None:
    edit(
        world,
        "environments/staging/environment.yaml",
        "promotesFrom: dev",
        "promotesFrom: dev\n  promotion: {soak: 3650d}",
    )
    world.release_to_head()
    code, words = refused(lambda: to(world, "staging"))
    assert code == "WL434"
    assert "staging asks for 3650d" in words
    assert "to go" in words
    edit(world, "environments/staging/environment.yaml", "3650d", "1h")
    world.apply("dev")
    (soak,) = [check for check in to(world, "staging").evidence.checks if check.name == "soak"]
    assert "(needs 1h)" in soak.detail


def test_a_release_edited_by_hand_is_refused_and_the_file_is_named(world: World) -> None:
    world.release_to_head()
    path = "environments/dev/releases/vision/digits/release.yaml"
    edit(world, path, "f1: 0.9", "f1: 0.99")
    with pytest.raises(Refused) as caught:
        to(world, "staging")
    (found,) = caught.value.diagnostics
    assert found.code == "WL421"
    assert found.place is not None
    assert found.place.path == path


def test_bytes_that_were_changed_in_the_store_are_refused(world: World) -> None:
    candidate = world.train("dev")
    world.release_to_head()
    assert candidate.model is not None
    store = world.clone.folder / ".windlass/dev/store/blobs/sha256"
    (blob,) = [path for path in store.rglob("*") if path.is_file() and path.read_bytes().startswith(b"model ")]
    blob.chmod(0o644)
    blob.write_bytes(b"model of somebody else")
    assert refused(lambda: to(world, "staging"))[0] == "WL421"


def test_a_broken_ledger_is_refused(world: World) -> None:
    world.release_to_head()
    world.apply("dev")
    world.clone.git("checkout", "-q", "windlass/ledger/dev")
    world.clone.write(
        {"receipts/000001.json": (world.clone.folder / "receipts/000001.json").read_text().replace("Ada", "Eve")}
    )
    world.clone.git("commit", "-qam", "forged")
    world.clone.git("checkout", "-q", "main")
    assert refused(lambda: to(world, "staging"))[0] == "WL422"


def test_a_gate_against_the_champion_of_the_destination_refuses(world: World) -> None:
    gate = "      - {metric: f1, baseline: champion, minRelativeChange: -0.01, slice: {digit: all}}\n"
    edit(world, "specs/vision/digits/model.yaml", "  serving:", gate + "  serving:")
    world.release_to_head(f1=0.9)
    world.land(to(world, "staging"))
    world.apply("staging")
    # dev is compared to nothing here: its own champion is put aside by other data
    world.release_to_head(f1=0.8, data="second")
    world.release_to_head(f1=0.8, data="first")
    code, words = refused(lambda: to(world, "staging"))
    assert code == "WL401"
    assert "digit 7" in words
    assert ">= 0.891 (champion 0.900): 0.091 too low" in words


def test_nothing_to_promote_where_it_is_already(world: World) -> None:
    everywhere(world)
    again = to(world, "prod")
    assert (again.branch, again.changed) == (None, False)


def test_evidence_is_renewed_where_the_environment_changed_what_is_rendered(world: World) -> None:
    everywhere(world)
    overlay = (
        "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {name: digits}\n"
        "spec:\n  for: {model: vision/digits}\n  patch:\n    serving: {env: [{name: LEVEL, value: high}]}\n"
    )
    world.clone.commit("an overlay", {"environments/prod/overlays/digits.yaml": overlay})
    renewed = to(world, "prod")
    assert renewed.changed is True
    assert renewed.release.spec.generation == 2
    assert renewed.release.digest == to(world, "staging").release.digest


def test_high_risk_needs_two_and_head_counts_too(world: World) -> None:
    world.release_to_head()
    assert to(world, "staging").evidence.approvals_needed == 1
    edit(world, "specs/vision/digits/model.yaml", "  task:", "  governance: {riskClass: high}\n  task:")
    proposal = to(world, "staging")
    assert proposal.evidence.approvals_needed == 2
    assert "risk class high" in proposal.evidence.checks[-1].detail
    assert proposal.replaces


def test_a_rehearsal_goes_by_the_rehearsals_ledger(world: World) -> None:
    world.land(world.propose("dev", world.train("dev")))
    world.apply("dev", rehearse=True)
    assert refused(lambda: to(world, "staging"))[0] == "WL433"
    assert (
        "`windlass promote vision/digits --to staging --rehearse`"
        in (refused(lambda: to(world, "prod", rehearse=True))[1])
    )
    assert "`windlass train vision/digits --env dev --rehearse`" in refused(lambda: to(world, "dev", rehearse=True))[1]
    proposal = to(world, "staging", rehearse=True)
    assert "dev, rehearsed" in proposal.evidence.checks[1].detail


def test_rollback_brings_back_the_release_before_with_a_hold(world: World) -> None:
    first = everywhere(world, f1=0.8)
    bad = everywhere(world, f1=0.9)
    proposal = back(world, "prod")
    spec = proposal.release.spec
    assert proposal.release.digest == first.release.digest
    assert spec.generation == 3
    assert spec.hold is not None
    assert (spec.hold.release, spec.hold.reason) == (bad.release.digest, "worse on sevens")
    assert "Ada" in spec.hold.by
    served = proposal.evidence.checks[0]
    assert (served.name, served.outcome) == ("served", "passed")
    assert (
        world.clone.git("log", "-1", "--format=%s", str(proposal.commit))
        == "roll back vision/digits in prod: generation 3"
    )


def test_nothing_is_promoted_over_a_hold_until_it_is_lifted(world: World) -> None:
    everywhere(world, f1=0.8)
    everywhere(world, f1=0.9)
    world.land(back(world, "prod"))
    code, words = refused(lambda: to(world, "prod"))
    assert code == "WL431"
    assert "worse on sevens" in words
    assert "--lift-hold" in words
    lifted = to(world, "prod", lift="sevens were labelled wrong")
    assert lifted.release.spec.hold is None
    assert lifted.evidence.reason == "sevens were labelled wrong"
    (commit,) = world.ports.git.log(str(lifted.commit), limit=1)
    assert commit.trailers["Windlass-Lift-Hold"] == ("sevens were labelled wrong",)
    assert "-  hold:" in world.clone.git("diff", "main", str(lifted.commit))


def test_a_release_proposal_does_not_pass_over_a_hold_either_and_the_head_can_lift_it(world: World) -> None:
    world.release_to_head(f1=0.8)
    world.release_to_head(f1=0.85)
    world.land(back(world, "dev"))
    candidate = world.train("dev", f1=0.9)
    assert refused(lambda: world.propose("dev", candidate))[0] == "WL431"
    world.land(to(world, "dev", lift="solved"))
    assert world.propose("dev", candidate).changed is True


def test_a_second_rollback_goes_further_back(world: World) -> None:
    first, second = everywhere(world, f1=0.8), everywhere(world, f1=0.85)
    everywhere(world, f1=0.9)
    world.land(back(world, "prod"))
    proposal = back(world, "prod", "that one too")
    assert proposal.release.digest == first.release.digest
    assert proposal.release.spec.hold is not None
    assert proposal.release.spec.hold.release == second.release.digest


def test_rollback_to_a_named_generation(world: World) -> None:
    first = everywhere(world, f1=0.8)
    everywhere(world, f1=0.85)
    everywhere(world, f1=0.9)
    assert back(world, "prod", generation=1).release.digest == first.release.digest
    assert refused(lambda: back(world, "prod", generation=3))[0] == "WL435"
    code, words = refused(lambda: back(world, "prod", generation=9))
    assert code == "WL642"
    assert "1, 2, 3" in words


def test_nothing_to_roll_back_to(world: World) -> None:
    assert refused(lambda: back(world, "prod"))[0] == "WL642"
    everywhere(world)
    assert refused(lambda: back(world, "prod"))[0] == "WL435"


def test_a_mistake_in_another_spec_keeps_nobody_from_rolling_back(world: World) -> None:
    everywhere(world, f1=0.8)
    everywhere(world, f1=0.9)
    world.clone.commit("broken", {"specs/vision/digits/model.yaml": "kind: Model\n"})
    assert back(world, "prod").changed is True


def test_the_command_line_says_what_a_reviewer_reads(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = repositories.remote(tmp_path / "remote.git")
    world.clone.git("remote", "add", "origin", str(bare))
    world.clone.git("push", "-q", "origin", "main")
    world.release_to_head()
    capsys.readouterr()
    assert main(["promote", SLUG, "--to", "staging", "-C", str(world.clone.folder)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("evidence   4 checks passed, 1 asks for a person\n   gates       f1 0.900 >= 0.700\n")
    assert "   approvals   needs 1 (staging asks for 1, risk class limited), not from Ada <ada@example.org>\n" in out
    assert "branch     windlass/promote/staging/vision/digits   " in out
    merge = "git merge --no-ff origin/windlass/promote/staging/vision/digits && git push origin main"
    assert f"           git switch main && git pull && {merge}\n           windlass apply staging\n" in out
    assert "pushed to origin" in out
    assert "merging is the approval, by somebody other than Ada <ada@example.org>" in out
    assert main(["promote", SLUG, "--to", "prod", "-C", str(world.clone.folder)]) == 4
    assert "WL430" in capsys.readouterr().err


def test_a_reason_is_one(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        ["rollback", SLUG, "--env", "prod", "--reason", " "],
        ["promote", SLUG, "--to", "prod", "--lift-hold", ""],
    ):
        assert main([*words, "-C", str(world.clone.folder)]) == 2
        assert "say why" in capsys.readouterr().err


def test_a_reason_cannot_pass_for_a_trailer(world: World) -> None:
    everywhere(world, f1=0.8)
    everywhere(world, f1=0.9)
    proposal = back(world, "prod", reason="wrong\n\nWindlass-Delete: vision/digits")
    (commit,) = world.ports.git.log(str(proposal.commit), limit=1)
    assert "Windlass-Delete" not in commit.trailers
    assert commit.trailers["Windlass-Change"] == ("rollback",)
