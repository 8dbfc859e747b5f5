"""Work that is shared by processes ends: with results in order, with what went wrong, or with who was killed (WL556)."""

import os
import signal
import time

import pytest

from windlass.adapters.hands import ForkedHands
from windlass.model.failure import Failure, Refused, World

pytestmark = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core alone shares nothing")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.active_count", lambda: 1)


def running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_results_come_in_order_from_others() -> None:
    def do(piece: int) -> tuple[int, int]:
        time.sleep(0.05 if piece == 0 else 0)
        return piece, os.getpid()

    found = list(ForkedHands().each(do, range(20)))
    assert [piece for piece, _ in found] == list(range(20))
    pids = {pid for _, pid in found}
    assert os.getpid() not in pids
    assert not any(map(running, pids)), "nobody is left"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_who_is_killed_is_told(number: int) -> None:
    def do(piece: int) -> int:
        if piece == 3:
            os.kill(os.getpid(), number)
        return piece

    with pytest.raises(World, match=f"signal {int(number)}") as caught:
        list(ForkedHands().each(do, range(8)))
    assert caught.value.diagnostics[0].code == "WL556"


def test_too_little_memory_is_told() -> None:
    def do(piece: int) -> int:
        raise MemoryError

    with pytest.raises(World):
        list(ForkedHands().each(do, range(8)))


def test_a_failure_keeps_what_it_says() -> None:
    def do(piece: int) -> int:
        raise Refused.one("WL421", f"no {piece}", "a hint", output="more")

    with pytest.raises(Failure) as caught:
        list(ForkedHands().each(do, ["only", "two"]))
    (found,) = caught.value.diagnostics
    assert (type(caught.value), found.code, found.hint, caught.value.output) == (Refused, "WL421", "a hint", "more")


def test_who_gives_up_leaves_nobody_behind() -> None:
    pids = []

    def do(piece: int) -> int:
        time.sleep(30 if piece else 0)
        return os.getpid()

    results = ForkedHands().each(do, range(4))
    pids.append(next(results))
    results.close()
    assert not any(map(running, pids))


def test_what_cannot_be_sent_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"lambda|pickle"):
        list(ForkedHands().each(lambda piece: lambda: piece, range(4)))
