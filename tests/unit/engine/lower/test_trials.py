"""Trials are drawn alike everywhere: of the seed alone, inside their ranges, the first ones the same however many there are."""

from decimal import localcontext
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from windlass.engine.lower.trials import drawn, points, size, trials
from windlass.model.specs.tuning import SearchSpace, Tuning

INTS = st.integers(-1_000_000, 1_000_000)
FLOATS = st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: float(f"{number:.6g}"))
POSITIVE = st.floats(1e-9, 1e9).map(lambda number: float(f"{number:.6g}"))


def between(low: Any, high: Any, **more: Any) -> dict[str, Any]:
    return {"min": min(low, high), "max": max(low, high), **more}


def spaces() -> st.SearchStrategy[dict[str, Any]]:
    """Every kind of space that the rules let through."""
    return st.one_of(
        st.builds(lambda a, b: {"int": between(a, b)}, INTS, INTS),
        st.builds(lambda a, b, step: {"int": between(a, b, step=step)}, INTS, INTS, st.integers(1, 1000)),
        st.builds(lambda a, b: {"int": between(a, b, scale="log")}, st.integers(1, 10**6), st.integers(1, 10**6)),
        st.builds(lambda a, b: {"float": between(a, b)}, FLOATS, FLOATS),
        st.builds(lambda a, b: {"float": between(a, b, scale="log")}, POSITIVE, POSITIVE),
        st.builds(lambda a, n: {"float": between(a, a + n / 4, step=0.25)}, st.integers(-50, 50), st.integers(1, 40)),
        st.lists(st.sampled_from(["a", "b", True, 3]), min_size=1, max_size=4, unique=True).map(
            lambda values: {"categorical": {"values": values}}
        ),
    ).filter(
        lambda space: "categorical" in space or next(iter(space.values()))["min"] < next(iter(space.values()))["max"]
    )


def tuning(wanted: dict[str, dict[str, Any]], trials: int = 12, **more: Any) -> tuple[Tuning, dict[str, Any]]:
    """A search over spaces by name, and declared values that are in them."""
    value = {
        "objective": {"metric": "f1", "direction": "maximize"},
        "maxTrials": trials,
        "parameters": [{"name": name, "searchSpace": space} for name, space in wanted.items()],
        **more,
    }
    declared = {
        name: space["categorical"]["values"][0] if "categorical" in space else next(iter(space.values()))["min"]
        for name, space in wanted.items()
    }
    return Tuning.model_validate(value, by_alias=True, by_name=False), declared


PINNED = (
    {"depth": 3, "rate": 0.0001, "share": 0.0, "kind": "gini"},
    {"depth": 8, "rate": 0.000338692, "share": 0.262392, "kind": "entropy"},
    {"depth": 11, "rate": 0.313425, "share": 0.0289502, "kind": "entropy"},
    {"depth": 5, "rate": 0.000172952, "share": 0.4922283, "kind": "entropy"},
)
WANTED = st.dictionaries(st.sampled_from(["depth", "rate", "kind"]), spaces(), min_size=1)


@given(WANTED, st.integers(0, 2**40), st.integers(1, 20))
def test_trials_are_inside_their_spaces_and_none_is_tried_twice(wanted, seed, count):
    made, declared = tuning(wanted, count, seed=seed)
    found = trials(made, declared)
    assert found[0] == declared, "what stages declare is the first trial"
    assert len({tuple(sorted((name, repr(value)) for name, value in one.items())) for one in found}) == len(found)
    for one in found:
        for name, space in wanted.items():
            (kind, said), value = next(iter(space.items())), one[name]
            if kind == "categorical":
                assert any(type(value) is type(known) and value == known for known in said["values"])
            else:
                assert said["min"] <= value <= said["max"]
                assert type(value) is (int if kind == "int" else float)
                steps = (value - said["min"]) / said.get("step", 1)
                assert (kind == "float" and "step" not in said) or said.get("scale") == "log" or steps == int(steps)


@settings(deadline=None)
@given(WANTED, st.integers(0, 1000), st.integers(1, 15), st.integers(1, 15), st.sampled_from(["random", "grid"]))
def test_more_trials_keep_the_first_ones(wanted, seed, few, more, algorithm):
    made, declared = tuning(wanted, few, seed=seed, algorithm=algorithm)
    whole = points(made.parameters)
    assume(algorithm == "random" or (whole is not None and whole <= 2000))
    longer = made.model_copy(update={"max_trials": few + more})
    assert trials(longer, declared)[:few] == trials(made, declared)


@settings(deadline=None)
@given(WANTED, st.integers(0, 1000))
def test_the_same_seed_draws_the_same_whatever_arithmetic_is_set(wanted, seed):
    made, declared = tuning(wanted, 6, seed=seed)
    before = trials(made, declared)
    with localcontext() as context:
        context.prec = 9
        assert trials(made, declared) == before


@given(st.integers(0, 1000), st.sampled_from(["random", "grid"]))
def test_a_small_space_is_tried_whole(seed, algorithm):
    wanted = {"depth": {"int": {"min": 1, "max": 4}}, "kind": {"categorical": {"values": ["a", "b"]}}}
    made, declared = tuning(wanted, 50, seed=seed, algorithm=algorithm)
    found = trials(made, declared)
    assert sorted((one["depth"], one["kind"]) for one in found) == [(n, k) for n in range(1, 5) for k in "ab"]


def test_these_trials_are_the_ones_for_ever():
    """Stored tables name trials by their number: another drawing would be another search under the same spec."""
    wanted = {
        "depth": {"int": {"min": 3, "max": 12}},
        "rate": {"float": {"min": 0.0001, "max": 1, "scale": "log"}},
        "share": {"float": {"min": 0, "max": 0.5}},
        "kind": {"categorical": {"values": ["gini", "entropy"]}},
    }
    made, declared = tuning(wanted, 4, seed=7)
    assert trials(made, declared) == PINNED


@given(spaces(), st.sampled_from([0, 1, 2**255, 2**256 - 1]))
def test_the_ends_of_chance_are_inside_too(space, chance):
    made = SearchSpace.model_validate(space, by_alias=True, by_name=False)
    if "categorical" not in space:
        said = next(iter(space.values()))
        assert said["min"] <= drawn(made, chance) <= said["max"]


def test_rounding_leads_out_of_no_range():
    for space in ({"min": 0.0, "max": 2 / 3}, {"min": 2 / 3, "max": 1.0}, {"min": 2 / 3, "max": 5 / 3, "scale": "log"}):
        made = SearchSpace.model_validate({"float": space}, by_alias=True, by_name=False)
        assert all(space["min"] <= drawn(made, chance) <= space["max"] for chance in (0, 2**256 - 1))


def test_a_space_that_is_nearly_tried_is_tried_to_its_end():
    made, declared = tuning({"depth": {"int": {"min": 1, "max": 1000}}}, 1000)
    assert sorted(one["depth"] for one in trials(made, declared)) == list(range(1, 1001))


def test_a_part_of_a_grid_is_a_sample_of_it():
    wanted = {"depth": {"int": {"min": 1, "max": 100}}}
    made, declared = tuning(wanted, 20, algorithm="grid")
    found = [one["depth"] for one in trials(made, declared)]
    assert max(found) > 80
    assert found != [one["depth"] for one in trials(made.model_copy(update={"seed": 1}), declared)]


def test_another_seed_draws_others():
    made, declared = tuning({"rate": {"float": {"min": 0, "max": 1}}}, 5, seed=1)
    assert trials(made, declared)[1:] != trials(made.model_copy(update={"seed": 2}), declared)[1:]


def test_a_logarithmic_range_is_tried_evenly_by_magnitude():
    made, declared = tuning({"rate": {"float": {"min": 0.001, "max": 1, "scale": "log"}}}, 600)
    rates = [one["rate"] for one in trials(made, declared)[1:]]
    shares = [sum(low <= rate < 10 * low for rate in rates) / len(rates) for low in (0.001, 0.01, 0.1)]
    assert all(0.26 < share < 0.41 for share in shares), shares


def test_steps_are_counted_as_they_are_written():
    space = SearchSpace.model_validate({"float": {"min": 0.1, "max": 0.3, "step": 0.1}}, by_alias=True, by_name=False)
    assert size(space) == 3, "0.1 + 0.1 + 0.1 is 0.3 to people"
    made, declared = tuning({"rate": {"float": {"min": 0.1, "max": 0.3, "step": 0.1}}}, algorithm="grid")
    assert sorted(one["rate"] for one in trials(made, declared)) == [0.1, 0.2, 0.3]
