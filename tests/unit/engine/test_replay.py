"""The ledger as a story: spans, instants, and times that people write."""

from datetime import UTC, datetime

import pytest

from tests.contracts.test_ledger import receipt
from windlass.engine import ledger, replay
from windlass.model.receipt import Receipt, Served

DAY = datetime(2026, 3, 3, tzinfo=UTC)
SLUG = "vision/digits"
A, B = (f"sha256:{letter * 64}" for letter in "ab")


def told(hour: int, release: str | None, healthy: bool = True, generation: int = 1) -> Receipt:
    """A receipt that ended at an hour of the day and says what is served."""
    times = {"started_at": f"2026-03-03T{hour:02d}:00:00+00:00", "finished_at": f"2026-03-03T{hour:02d}:01:00+00:00"}
    served = {}
    if release is not None:
        served[SLUG] = Served(
            release=release, generation=generation, model=A, bento=A, inputs=A, healthy=healthy, url=f"http://h:{hour}"
        )
    return receipt(str(hour)).model_copy(update={**times, "served": served})


def story(*receipts: Receipt) -> list[tuple[str, bool, int, int | None]]:
    """Release, health, since and until (hours) of each span."""
    found = replay.spans(ledger.chain((), receipts))
    return [
        (one.served.release, one.served.healthy, one.since.hour, one.until.hour if one.until else None) for one in found
    ]


def test_the_same_told_again_is_one_span() -> None:
    assert story(told(1, A), told(2, A), told(3, A)) == [(A, True, 1, None)]


def test_another_release_generation_or_health_is_another_span() -> None:
    assert story(told(1, A), told(2, B), told(3, B, healthy=False), told(4, A, generation=3)) == [
        (A, True, 1, 2),
        (B, True, 2, 3),
        (B, False, 3, 4),
        (A, True, 4, None),
    ]


def test_what_is_told_no_more_has_ended() -> None:
    assert story(told(1, A), told(2, None)) == [(A, True, 1, 2)]
    assert story(told(1, None)) == []


def test_order_is_that_of_the_chain_and_not_of_the_clocks() -> None:
    assert [release for release, *_ in story(told(5, A), told(2, B))] == [A, B]


def test_serving_goes_back_over_a_relabelling_but_not_over_an_illness() -> None:
    def since(*receipts: Receipt) -> int | None:
        span = replay.serving(ledger.chain((), receipts), SLUG, A)
        return span.since.hour if span else None

    assert since(told(1, A), told(2, A, generation=2)) == 1
    assert since(told(1, A), told(2, A, healthy=False), told(3, A)) == 3
    assert since(told(1, A), told(2, B), told(3, A)) == 3
    assert since(told(1, A), told(2, B)) is None
    assert since(told(1, A), told(2, A, healthy=False)) is None
    assert since(told(1, A), told(2, None)) is None
    assert since() is None


def test_an_instant_is_answered_by_the_last_receipt_that_was_complete() -> None:
    chain = ledger.chain((), [told(1, A), told(2, B)])
    assert replay.at(chain, DAY.replace(hour=1)) is None
    assert replay.at(chain, DAY.replace(hour=1, minute=1)) == chain[0]
    assert replay.at(chain, DAY.replace(hour=2, second=59)) == chain[0]
    assert replay.under_way(chain, DAY.replace(hour=2, second=30)) == chain[1]
    assert replay.under_way(chain, DAY.replace(hour=2, minute=1)) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-03T14:00:00Z",
        "2026-03-03T14:00Z",
        "2026-03-03 14:00:00 UTC",
        "2026-03-03T15:00:00+01:00",
        "20260303T140000Z",
    ],
)
def test_an_instant_in_many_spellings(text: str) -> None:
    assert replay.instant(text) == DAY.replace(hour=14)


@pytest.mark.parametrize("text", ["2026-03-03", "2026-03-03T14:00:00", "14:00Z", "", "now", "2026-02-30T00:00Z"])
def test_no_instant(text: str) -> None:
    with pytest.raises(ValueError):
        replay.instant(text)
