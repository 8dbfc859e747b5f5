"""Two people, or one with two terminals: one does the work, the other waits and finds it done."""

import time

import pytest

from tests.e2e.orchard import FIRST, SLUG, Orchard, finished

pytestmark = pytest.mark.slow


def _both(orchard: Orchard, one: tuple[str, ...], other: tuple[str, ...]) -> list[str]:
    began = time.monotonic()
    running = [orchard.start(*words) for words in (one, other)]
    said = [finished(process, began) for process in running]
    for answer in said:
        orchard.check(answer)
        assert answer.exit == 0, answer.text
    return [answer.text for answer in said]


def test_two_ups_at_once(orchard: Orchard) -> None:
    command = ("up", SLUG, "--port", str(orchard.port))
    said = _both(orchard, command, command)
    assert sum("nothing to do" in text for text in said) == 1, said
    assert sum("waiting: another windlass is at work in local (pid " in text for text in said) == 1, said
    assert orchard.ran() == FIRST
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select status from runs") == [("FINISHED",)]
    assert orchard.release()["spec"]["generation"] == 1
    assert len(orchard.pids()) == 1
    assert len(list(orchard.state.glob("local/ledger/*.json"))) == 1
    assert orchard.predicts() == 4


def test_two_environments_at_once_make_one_version(orchard: Orchard) -> None:
    orchard.up()
    orchard.clone.commit("what came of it")
    orchard.does("down")
    # the registry is lost, so that both must register
    (orchard.state / "mlflow.db").unlink()
    _both(orchard, ("up", SLUG, "--port", str(orchard.port)), ("apply", "dev", "--rehearse", "--yes"))
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select status from runs") == [("FINISHED",)]
    assert orchard.predicts() == 4
    assert "nothing to do" in orchard.up().text
    assert "nothing to do" in orchard.does("apply", "dev", "--rehearse", "--yes").text


def test_two_applies_at_once_propose_once(orchard: Orchard) -> None:
    _both(orchard, ("apply", "dev", "--rehearse", "--yes"), ("apply", "dev", "--rehearse", "--yes"))
    assert orchard.ran() == FIRST
    assert orchard.clone.git("rev-list", "--count", f"main..windlass/release/dev/{SLUG}") == "1"
    assert orchard.clone.git("rev-list", "--count", "windlass/rehearsal/dev") == "1"


def test_down_while_up_is_at_work(orchard: Orchard) -> None:
    _both(orchard, ("up", SLUG, "--port", str(orchard.port)), ("down",))
    orchard.does("down")
    assert orchard.pids() == []
    assert orchard.strays() == []
