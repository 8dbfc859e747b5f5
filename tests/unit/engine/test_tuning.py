"""Which trials count, which is chosen, and the bytes that say so: whichever trial was done first."""

import json

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine import tuning
from windlass.model.trial import Trial
from windlass.model.workload import Search


def search(count: int, direction: str = "maximize", goal: float | None = None) -> Search:
    return Search.model_validate(
        {
            "digest": "sha256:" + "0" * 64,
            "objective": {"metric": "f1", "direction": direction, "goal": goal, "path": "metrics.json"},
            "algorithm": "random",
            "seed": 0,
            "parameters": [],
            "maxTrials": count,
            "parallelTrials": 1,
            "maxFailedTrials": 0,
            "trials": [{"depth": number} for number in range(count)],
            "stages": [
                {"name": "fit", "command": "f", "deps": ["best.json", "rows", "fit.py"], "outs": ["model"]},
                {"name": "score", "command": "s", "deps": ["model/part"], "outs": ["metrics.json"]},
            ],
        }
    )


def ran(value: float) -> Trial:
    return Trial(outcome="ran", metrics={"f1": value, "loss": -value})


FAILED = Trial(outcome="failed", reason="because")
VALUES = st.lists(st.none() | st.integers(-5, 5), min_size=1, max_size=8)


@given(VALUES, st.sampled_from(["maximize", "minimize"]), st.none() | st.integers(-5, 5), st.randoms())
def test_the_first_of_the_best_is_chosen_among_those_that_count(values, direction, goal, order):
    wanted = search(len(values), direction, goal)
    done = {number: FAILED if value is None else ran(value) for number, value in enumerate(values, 1)}
    mixed = list(done.items())
    order.shuffle(mixed)

    sign = 1 if direction == "maximize" else -1
    scored = [None if value is None else sign * value for value in values]
    ends = [at for at, one in enumerate(scored, 1) if goal is not None and one is not None and one >= sign * goal]
    end = ends[0] if ends else len(values)
    counted = [(one, at) for at, one in enumerate(scored, 1) if one is not None and at <= end]
    expected = min(counted, key=lambda pair: (-pair[0], pair[1]))[1] if counted else None

    assert tuning.last(wanted, dict(mixed)) == end
    assert tuning.chosen(wanted, dict(mixed)) == expected
    assert tuning.failed(wanted, dict(mixed)) == scored[:end].count(None)
    if expected is not None:
        table = tuning.table(wanted, dict(mixed), expected)
        assert table == tuning.table(wanted, done, expected)
        rows = json.loads(table)["trials"]
        assert [row["number"] for row in rows] == list(range(1, end + 1))
        assert [row["value"] for row in rows] == values[:end]


def test_the_point_is_what_code_reads():
    assert json.loads(tuning.point(search(3), 2)) == {"depth": 1}
    assert tuning.point(search(3), 2).endswith(b"}\n")


def test_a_trial_is_known_by_what_it_runs_on_and_not_by_the_search_around_it():
    some, more = search(3), search(5, "minimize", 0.5)
    assert tuning.key(some, 2, {"a": 1}, {"rows": "x"}) == tuning.key(more, 2, {"a": 1}, {"rows": "x"})
    keys = {
        tuning.key(some, 1, {"a": 1}, {"rows": "x"}),
        tuning.key(some, 2, {"a": 1}, {"rows": "x"}),
        tuning.key(some, 2, {"a": 2}, {"rows": "x"}),
        tuning.key(some, 2, {"a": 1}, {"rows": "y"}),
        tuning.key(some, 2, {"a": 1}, {"rows": None}),
    }
    assert len(keys) == 5


def test_what_is_read_is_what_no_stage_of_a_trial_makes():
    assert tuning.reads(search(1)) == ("fit.py", "rows")


def test_only_numbers_are_numbers():
    written = {"f1": 1, "loss": 0.5, "good": True, "name": "x", "slices": {"f1": 1}}
    assert dict(tuning.numbers(written)) == {"f1": 1.0, "loss": 0.5}
    assert dict(tuning.numbers([1])) == {}


def test_a_row_says_point_and_value():
    assert tuning.row(search(3), 2, ran(0.97100001), False) == "trial 2/3  depth 1  f1 0.971"
    assert tuning.row(search(3), 2, FAILED, False) == "trial 2/3  depth 1  failed: because"
    assert tuning.row(search(3), 2, ran(1), True) == "trial 2/3  depth 1  f1 1  known"
