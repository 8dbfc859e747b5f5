"""A challenger is promoted against the model that it challenges, as that one is in the environment where both would serve."""

from pathlib import Path

import pytest

from tests import toy
from tests.flows.test_promote import refused
from tests.toy import World
from windlass.flows import promote
from windlass.model.proposal import Proposal

FOLDER = "specs/vision"
BEATS = "      - {metric: f1, baseline: champion, model: digits, minRelativeChange: 0.01}\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Beside `digits` stands `rows`, which must be better than it."""
    made = World(toy.repository(tmp_path / "repo"))
    files = {
        path.relative_to(made.clone.folder / FOLDER / "digits"): path.read_bytes()
        for path in (made.clone.folder / FOLDER / "digits").rglob("*")
        if path.is_file()
    }
    spec = (
        files[Path("model.yaml")]
        .decode()
        .replace("name: digits, team", "name: rows, team")
        .replace("vision-digits", "vision-rows")
    )
    assert "    gates:\n" in spec
    files[Path("model.yaml")] = spec.replace("    gates:\n", f"    gates:\n{BEATS}").encode()
    made.clone.commit(
        "rows challenges digits", {f"{FOLDER}/rows/{path.as_posix()}": data for path, data in files.items()}
    )
    return made


def to(world: World, environment: str, model: str) -> Proposal:
    ports = world.ports
    tip, project, meant = promote.at_tip(ports, environment, False)
    return promote.promote(ports, project, meant, promote.slug_of(project, f"vision/{model}", environment), tip, None)


def in_staging(world: World, model: str, f1: float) -> Proposal:
    """Train, and bring it to staging."""
    world.release_to_head(model=model, f1=f1)
    proposal = to(world, "staging", model)
    world.land(proposal)
    world.apply("staging")
    return proposal


def told(proposal: Proposal) -> list[tuple[str | None, float | None, bool]]:
    return [(one.model, one.champion, one.passed) for one in proposal.evidence.gates if one.model]


def test_a_challenger_that_is_better_carries_whom_it_beat(world: World) -> None:
    rival = in_staging(world, "digits", 0.9)
    world.release_to_head(model="rows", f1=0.95)
    proposal = to(world, "staging", "rows")
    assert proposal.evidence.rivals == {"digits": rival.release.digest}
    assert told(proposal) == [("digits", 0.9, True)]
    assert proposal.evidence.champion is None, "its own, which staging has none of"


def test_it_is_judged_by_the_rival_of_the_environment_that_it_enters(world: World) -> None:
    in_staging(world, "digits", 0.96)
    world.release_to_head(model="digits", f1=0.9)
    world.release_to_head(model="rows", f1=0.95)
    code, words = refused(lambda: to(world, "staging", "rows"))
    assert code == "WL401"
    assert "vision/rows in staging: f1 is 0.950, not >= 0.970 (digits 0.960): 0.020 too low" in words


def test_where_the_rival_does_not_serve_there_is_nobody_to_beat(world: World) -> None:
    world.release_to_head(model="digits", f1=0.9)
    world.release_to_head(model="rows", f1=0.95)
    proposal = to(world, "staging", "rows")
    assert proposal.evidence.rivals is None
    assert told(proposal) == [("digits", None, True)]


def test_a_rival_that_got_better_meanwhile_is_judged_again(world: World) -> None:
    in_staging(world, "digits", 0.9)
    world.release_to_head(model="rows", f1=0.95)
    first = to(world, "staging", "rows")
    again = to(world, "staging", "rows")
    assert (first.changed, again.changed, again.commit) == (True, False, first.commit)
    rival = in_staging(world, "digits", 0.94)
    newer = to(world, "staging", "rows")
    assert (newer.changed, newer.replaces.partition(" ")[0]) == (True, "release")
    assert newer.evidence.rivals == {"digits": rival.release.digest}
    in_staging(world, "digits", 0.96)
    assert refused(lambda: to(world, "staging", "rows"))[0] == "WL401"
