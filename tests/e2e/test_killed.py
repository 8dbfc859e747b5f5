"""`kill -9` at every named point, and the same command again: the work is finished, nothing is doubled, no child is left.

The list is closed: a point that somebody adds to the source and not to `CASES` fails `test_every_point_is_killed_somewhere`.
"""

import signal
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

import pytest

from tests import repositories
from tests.e2e import orchard as place
from tests.e2e.orchard import FIRST, SLUG, Orchard, only
from tests.e2e.points import FETCHED, points

TRAIN = """
begin:data train.data end:data begin:tidy train.tidy end:tidy begin:fit train.fit end:fit begin:score train.score end:score
begin:test train.test end:test begin:gates train.gates end:gates begin:register register.run register.model register.artifacts
register.version register.finished register.done end:register begin:package bento.built bento.kept package.built package.stored
end:package train.recorded
"""
UP = f"""
{TRAIN} begin:release release.journal release.release release.model release.evidence end:release begin:serve serve.launched
serve.recorded serve.started end:serve register.alias apply.alias apply.receipt
"""
CHANGED = """
train.fit register.version release.journal release.release release.model begin:serve serve.stopped serve.launched serve.started
apply.alias apply.receipt
"""
TRAINED = (
    "train.fit register.version train.recorded release.commit release.branch apply.receipt ledger.commit ledger.branch"
)
SERVED = (
    "serve.launched serve.recorded serve.started register.alias apply.alias apply.receipt ledger.commit ledger.branch"
)
MOVED = "release.commit release.branch"


@dataclass(frozen=True)
class Case:
    """Points at which one repository's command is killed, one after the other. ``way`` brings a repository to where the
    command makes sense, and knows what must hold at last."""

    way: str
    points: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.way}-{'-'.join(self.points)}"


def _cases(way: str, points: str, repositories: int) -> list[Case]:
    """Neighbouring points go to different repositories: each kill finds some way done since the one before."""
    told = points.split()
    return [Case(way, tuple(told[first::repositories])) for first in range(repositories)]


CASES = [
    *_cases("up", UP, 8),
    *_cases("up-retried", "begin:package register.again", 1),
    *_cases("up-changed", CHANGED, 4),
    *_cases("train", f"train.recorded {MOVED}", 1),
    *_cases("apply-trains", TRAINED, 3),
    *_cases("apply-serves", SERVED, 3),
    *_cases("apply-copies", "apply.copied serve.recorded register.alias apply.receipt", 2),
    *_cases("promote", MOVED, 1),
    *_cases("rollback", MOVED, 1),
]


def test_every_point_is_killed_somewhere() -> None:
    killed, known = {*FETCHED, *(point for case in CASES for point in case.points)}, points()
    missing = [point for point in known if not any(fnmatch(one, point) for one in killed)]
    assert not missing, f"no test kills at {missing}"
    gone = [point for point in sorted(killed) if not any(fnmatch(point, pattern) for pattern in known)]
    assert not gone, f"the source has no {gone}"
    twice = [point for point, count in Counter(known).items() if count > 1 and "*" not in point]
    assert not twice, f"only the first of two points with one name is ever killed: {twice}"


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
def test_killed_and_run_again(case: Case, orchard: Orchard) -> None:
    ways: dict[str, Callable[[Orchard, Sequence[str]], None]] = {
        "up": _up,
        "up-retried": _up,
        "up-changed": _up_changed,
        "train": _train,
        "apply-trains": _apply_trains,
        "apply-serves": _apply_serves,
        "apply-copies": _apply_copies,
        "promote": _promote,
        "rollback": _rollback,
    }
    ways[case.way](orchard, case.points)


# -- the ways ---------------------------------------------------------------------------------------------------------------


def _up(orchard: Orchard, points: Sequence[str]) -> None:
    _killed(orchard, points, "up", SLUG, "--port", str(orchard.port))
    orchard.up()
    assert Counter(orchard.ran()) == Counter(FIRST), "no stage that had ended runs again"
    _served_once(orchard, "local", versions=1, generation=1)
    assert orchard.predicts() == 4
    assert len(list(orchard.state.glob("local/ledger/*.json"))) == 1
    _idle(orchard)


def _up_changed(orchard: Orchard, points: Sequence[str]) -> None:
    orchard.up()
    orchard.edit(place.MODEL, "factor: 2", "factor: 3")
    orchard.clone.commit("a larger factor")
    orchard.ran()
    _killed(orchard, points, "up", SLUG, "--port", str(orchard.port))
    orchard.up()
    assert orchard.ran() == ["fit", "score", "test"]
    _served_once(orchard, "local", versions=2, generation=2)
    assert orchard.predicts() == 6
    _idle(orchard)


def _train(orchard: Orchard, points: Sequence[str]) -> None:
    _origin(orchard)
    command = ("train", SLUG, "--env", "dev", "--rehearse")
    _killed(orchard, points, *command)
    said = orchard.does(*command)
    assert Counter(orchard.ran()) == Counter(FIRST)
    _registered(orchard, 1)
    _proposed_once(orchard, "release", "dev", 1)
    assert orchard.does(*command).out == said.out or "nothing" in orchard.does(*command).text


def _apply_trains(orchard: Orchard, points: Sequence[str]) -> None:
    _origin(orchard)
    _killed(orchard, points, *_apply("dev"))
    orchard.does(*_apply("dev"))
    assert Counter(orchard.ran()) == Counter(FIRST)
    _registered(orchard, 1)
    _proposed_once(orchard, "release", "dev", 1)
    _receipts(orchard, "dev", 1)
    assert orchard.changed() == []


def _apply_serves(orchard: Orchard, points: Sequence[str]) -> None:
    _origin(orchard)
    orchard.does(*_apply("dev"))
    _land(orchard, "release", "dev")
    _killed(orchard, points, *_apply("dev"))
    orchard.does(*_apply("dev"))
    _served_once(orchard, "dev", versions=1, generation=1)
    _receipts(orchard, "dev", 2)
    _applied(orchard, "dev")


def _apply_copies(orchard: Orchard, points: Sequence[str]) -> None:
    _to_staging(orchard)
    _land(orchard, "promote", "staging")
    _killed(orchard, points, *_apply("staging"))
    orchard.does(*_apply("staging"))
    assert len(orchard.pids("staging")) == 1
    assert orchard.alias("staging") == "1"
    _registered(orchard, 1)
    _receipts(orchard, "staging", 1)
    _applied(orchard, "staging")


def _promote(orchard: Orchard, points: Sequence[str]) -> None:
    _to_staging(orchard, points)
    _proposed_once(orchard, "promote", "staging", 1)
    _registered(orchard, 1)


def _rollback(orchard: Orchard, points: Sequence[str]) -> None:
    _origin(orchard)
    for factor in (2, 3):
        orchard.does(*_apply("dev"))
        _land(orchard, "release", "dev")
        orchard.does(*_apply("dev"))
        if factor == 2:
            orchard.edit(place.MODEL, "factor: 2", "factor: 3")
            orchard.clone.commit("a larger factor")
            orchard.clone.git("push", "-q", "origin", "main")
    command = ("rollback", SLUG, "--env", "dev", "--reason", "prices", "--rehearse")
    _killed(orchard, points, *command)
    orchard.does(*command)
    _proposed_once(orchard, "rollback", "dev", 3)
    _land(orchard, "rollback", "dev")
    orchard.does(*_apply("dev"))
    _served_once(orchard, "dev", versions=2, generation=3, alias="1")
    assert orchard.predicts(orchard.services()[0]["runs"]["port"]) == 4


# -- steps of the ways ------------------------------------------------------------------------------------------------------


def _killed(orchard: Orchard, points: Sequence[str], *command: str) -> None:
    for point in points:
        said = orchard.says(*command, point=point)
        assert said.exit == -signal.SIGKILL, f"{point} was not reached: exit {said.exit}\n{said.text}"
        orchard.quiet(2.0)
        assert orchard.changed() == []


def _origin(orchard: Orchard) -> None:
    bare = repositories.remote(orchard.folder.parent / "remote.git")
    orchard.clone.git("remote", "add", "origin", str(bare))
    orchard.clone.git("push", "-q", "-u", "origin", "main")


def _apply(environment: str) -> tuple[str, ...]:
    return ("apply", environment, "--rehearse", "--yes")


def _land(orchard: Orchard, movement: str, environment: str) -> None:
    orchard.clone.git("pull", "-q", "--no-rebase", "origin", "main")
    orchard.clone.merge(f"origin/windlass/{movement}/{environment}/{SLUG}")
    orchard.clone.git("push", "-q", "origin", "main")


def _to_staging(orchard: Orchard, points: Sequence[str] = ()) -> None:
    _origin(orchard)
    orchard.does(*_apply("dev"))
    _land(orchard, "release", "dev")
    orchard.does(*_apply("dev"))
    command = ("promote", SLUG, "--to", "staging", "--rehearse")
    _killed(orchard, points, *command)
    orchard.does(*command)


# -- what must hold ---------------------------------------------------------------------------------------------------------


def _registered(orchard: Orchard, versions: int) -> None:
    assert [row[0] for row in orchard.rows("select version from model_versions order by version")] == list(
        range(1, versions + 1)
    )
    assert [row[0] for row in orchard.rows("select status from runs")] == ["FINISHED"] * versions
    assert orchard.rows("select count(*) from logged_models where status = 2") == [(versions,)]
    assert orchard.rows("select count(*) from logged_models") == [(versions,)]
    assert len(list((orchard.state / "cache/bentos").iterdir())) == versions
    assert _litter(orchard) == []


def _litter(orchard: Orchard) -> list[str]:
    """Half-made things that a kill left and nobody took away. The work of a killed packaging goes when the next one starts."""
    patterns = ("**/*.part", "**/.windlass-*", "register-*", "cache/build-*", "**/store/tmp/*")
    left = {path.relative_to(orchard.state).as_posix() for pattern in patterns for path in orchard.state.glob(pattern)}
    homes = sorted(path.name for path in (orchard.state / "cache/bentoml").glob("*"))
    return sorted(left) + (homes if len(homes) > 1 else [])


def _served_once(orchard: Orchard, environment: str, versions: int, generation: int, alias: str = "") -> None:
    _registered(orchard, versions)
    assert orchard.alias(environment) == (alias or str(versions))
    assert orchard.release(environment)["spec"]["generation"] == generation
    record = only(orchard.services())
    assert orchard.pids(environment) == [record["pid"]]
    assert record["carries"]["generation"] == generation
    assert orchard.strays() == []
    assert orchard.changed() == []


def _idle(orchard: Orchard) -> None:
    before = orchard.pids()
    said = orchard.up()
    assert "nothing to do" in said.text, said.text
    assert orchard.pids() == before
    assert orchard.ran() == []
    assert orchard.changed() == []


def _applied(orchard: Orchard, environment: str) -> None:
    before = orchard.pids(environment)
    said = orchard.does(*_apply(environment))
    assert "nothing to do" in said.text, said.text
    assert orchard.pids(environment) == before


def _proposed_once(orchard: Orchard, movement: str, environment: str, generation: int) -> None:
    branch = f"windlass/{movement}/{environment}/{SLUG}"
    git = orchard.clone.git
    assert git("rev-parse", branch) == git("ls-remote", "origin", f"refs/heads/{branch}").split()[0]
    assert git("rev-list", "--count", f"main..{branch}") == "1"
    told = git("show", f"{branch}:environments/{environment}/releases/{SLUG}/release.yaml")
    assert f"generation: {generation}\n" in told


def _receipts(orchard: Orchard, environment: str, count: int) -> None:
    git, branch = orchard.clone.git, f"windlass/rehearsal/{environment}"
    assert git("rev-list", "--count", branch) == str(count), git("log", "--format=%s", branch)
    assert git("rev-parse", branch) == git("ls-remote", "origin", f"refs/heads/{branch}").split()[0]
