"""The chain: what breaks it is named, what is linked anew says the same."""

from dataclasses import dataclass

import pytest

from tests.contracts.test_ledger import receipt
from windlass.engine import ledger

CHAIN = ledger.chain((), [receipt(about) for about in ("one", "two", "three")])


def test_a_chain_holds() -> None:
    assert ledger.broken(CHAIN) is None
    assert ledger.broken(()) is None


@dataclass(frozen=True)
class Case:
    about: str
    chain: tuple
    words: str


CASES = (
    Case("first missing", CHAIN[1:], "000001 is missing"),
    Case("middle missing", (CHAIN[0], CHAIN[2]), "000002 is missing"),
    Case("first changed", (CHAIN[0].model_copy(update={"actor": "x"}), *CHAIN[1:]), "000001 is not what"),
    Case("swapped", (CHAIN[1], CHAIN[0], CHAIN[2]), "000001 is missing"),
    Case("a beginning with a past", (CHAIN[0].model_copy(update={"previous": CHAIN[1].digest}),), "the first is not"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.about)
def test_the_first_broken_link_is_named(case: Case) -> None:
    found = ledger.broken(case.chain)
    assert found is not None
    assert case.words in found.message


def test_linking_anew_keeps_what_is_said() -> None:
    moved = ledger.link(CHAIN[0], CHAIN[2])
    assert ledger.entry(moved) == ledger.entry(CHAIN[2])
    assert (moved.number, moved.previous) == (2, CHAIN[0].digest)
    assert ledger.missing(CHAIN[:1], (moved, CHAIN[0])) == (moved,)
