"""Gates: absolute, against the champion, by slice; and what is said where nothing can be compared."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.gates import INCOMPARABLE, NO_CHAMPION, Against, judge, sentence
from windlass.model.specs.model import Gate

METRICS = {"f1": 0.97, "loss": 0.2, "slices": {"digit": {"7": {"f1": 0.96}, "8": {"f1": 0.90}}}}
CHAMPION = {"f1": 0.98, "loss": 0.1, "slices": {"digit": {"7": {"f1": 0.95}, "8": {"f1": 0.95}}}}
RELATIVE = {"baseline": "champion", "minRelativeChange": -0.02}


def results(gate, metrics=METRICS, champion=None, comparable=True):
    against = Against(champion) if champion is None or comparable else Against(note=INCOMPARABLE)
    return tuple(judge(Gate.model_validate(gate), metrics, against))


def one(gate, **given):
    (found,) = results(gate, **given)
    return found


def test_limits_include_their_ends():
    assert one({"metric": "f1", "min": 0.97}).passed
    assert not one({"metric": "f1", "min": 0.9700001}).passed
    assert one({"metric": "loss", "max": 0.2}).passed
    assert not one({"metric": "loss", "max": 0.1}).passed


def test_both_limits_are_two_results():
    assert [(found.comparison, found.passed) for found in results({"metric": "f1", "min": 0.5, "max": 0.9})] == [
        (">=", True),
        ("<=", False),
    ]


def test_the_champion_moves_the_limit():
    found = one({"metric": "f1", **RELATIVE}, champion=CHAMPION)
    assert found.passed
    assert found.limit == pytest.approx(0.98 * 0.98)
    assert not one({"metric": "f1", "baseline": "champion", "minRelativeChange": 0}, champion=CHAMPION).passed
    assert not one({"metric": "loss", "baseline": "champion", "maxRelativeChange": 0.5}, champion=CHAMPION).passed


def test_a_champion_below_zero_moves_the_limit_the_same_way():
    gate = {"metric": "r2", "baseline": "champion", "minRelativeChange": -0.1}
    assert one(gate, metrics={"r2": -1.05}, champion={"r2": -1.0}).passed
    assert not one(gate, metrics={"r2": -1.2}, champion={"r2": -1.0}).passed


def test_without_a_champion_it_passes_with_a_note():
    assert (one({"metric": "f1", **RELATIVE}).passed, one({"metric": "f1", **RELATIVE}).note) == (True, NO_CHAMPION)


def test_other_data_is_not_compared():
    found = one({"metric": "f1", **RELATIVE}, champion={"f1": 1.0}, comparable=False)
    assert (found.passed, found.note) == (True, INCOMPARABLE)


def test_each_slice_is_judged():
    found = results({"metric": "f1", **RELATIVE, "slice": {"digit": "all"}}, champion=CHAMPION)
    assert [(each.slice, each.passed) for each in found] == [("digit 7", True), ("digit 8", False)]
    assert sentence(found[1]) == "f1 of digit 8 is 0.900, not >= 0.931 (champion 0.950): 0.031 too low"


def test_one_slice():
    assert one({"metric": "f1", "min": 0.95, "slice": {"digit": "7"}}).passed
    assert not one({"metric": "f1", "min": 0.95, "slice": {"digit": "9"}}).passed


def test_a_slice_that_vanished_is_refused_and_a_new_one_is_not():
    gate = {"metric": "f1", **RELATIVE, "slice": {"digit": "all"}}
    fewer = {"f1": 1.0, "slices": {"digit": {"7": {"f1": 0.96}}}}
    assert [each.passed for each in results(gate, metrics=fewer, champion=CHAMPION)] == [True, False]
    assert [each.passed for each in results(gate, metrics={**METRICS, "f1": 1}, champion=fewer)] == [True, True]
    assert not one(gate, metrics={"f1": 1.0}).passed


@pytest.mark.parametrize("value", [None, "0.97", True, math.nan, math.inf])
def test_what_is_no_number_is_refused(value):
    found = one({"metric": "f1", "min": 0.1}, metrics={"f1": value})
    told = {"nan": "is NaN", "inf": "is infinite"}.get(str(value), "no number")
    assert (found.passed, found.note) == (False, told)


def test_a_sentence_shows_a_difference_that_three_decimals_hide():
    assert (
        sentence(one({"metric": "f1", "min": 0.9501}, metrics={"f1": 0.95}))
        == "f1 is 0.9500, not >= 0.9501: 0.0001 too low"
    )
    assert sentence(one({"metric": "f1", "min": 0.9})) == "f1 0.970 >= 0.900"


FINITE = st.floats(-1e6, 1e6)


@given(FINITE, FINITE, st.floats(0, 1))
def test_a_better_value_never_fails_where_a_worse_one_passes(value, champion, step):
    gate = {"metric": "f1", **RELATIVE}
    worse = one(gate, metrics={"f1": value}, champion={"f1": champion})
    better = one(gate, metrics={"f1": value + step}, champion={"f1": champion})
    assert better.passed >= worse.passed


@given(FINITE)
def test_no_change_is_no_loss(value):
    gate = {"metric": "f1", "baseline": "champion", "minRelativeChange": 0}
    assert one(gate, metrics={"f1": value}, champion={"f1": value}).passed
