"""Rules about searches beyond their pages: edges, silence, and that what they let through can be lowered and drawn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trees import MODEL, edited, judged

SEARCH = """\
  tuning:
    objective: {{metric: {metric}, direction: maximize}}
    maxTrials: 9
{more}    parameters:
{parameters}"""


def tuned(*spaces: str, metric: str = "f1", more: str = "", declared: str = "max_depth: 8") -> dict[str, bytes]:
    """The base repository with a search for `max_depth` in each of these spaces."""
    listed = "".join(f"      - {{name: max_depth, searchSpace: {space}}}\n" for space in spaces)
    files = edited(
        MODEL, "  evaluation:\n", SEARCH.format(metric=metric, more=more, parameters=listed) + "  evaluation:\n"
    )
    return files | {MODEL: files[MODEL].replace(b"max_depth: 8", declared.encode())}


def told(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in judged(files)]


GRID = "    algorithm: grid\n"


@pytest.mark.parametrize(
    ("space", "more", "declared", "words"),
    [
        ("{int: {min: 3, max: 12}}", "", "max_depth: 8", None),
        ("{int: {min: 8, max: 12, step: 2}}", GRID, "max_depth: 8", None),
        ("{int: {min: 1, max: 100, scale: log}}", "", "max_depth: 8", None),
        ("{float: {min: 0.5, max: 12}}", "", "max_depth: 8", None),
        ("{categorical: {values: [8, 9]}}", GRID, "max_depth: 8", None),
        ("{categorical: {values: [true, false]}}", "", "max_depth: true", None),
        ("{}", "", "max_depth: 8", "says nothing"),
        ("{int: {min: 3, max: 12}, categorical: {values: [8]}}", "", "max_depth: 8", "says more than one thing"),
        ("{int: {min: 12, max: 3}}", "", "max_depth: 8", "goes from 12 to 3"),
        ("{int: {min: 8, max: 8}}", "", "max_depth: 8", "goes from 8 to 8"),
        ("{float: {min: 0, max: 12, scale: log}}", "", "max_depth: 8", "begins at 0"),
        ("{int: {min: 1, max: 12, scale: log, step: 2}}", "", "max_depth: 8", "has a step"),
        ("{float: {min: 1, max: 12, step: 12}}", "", "max_depth: 8", "which leads out of it"),
        ("{categorical: {values: [8, 8]}}", "", "max_depth: 8", "has a value twice"),
        ("{int: {min: 3, max: 7}}", "", "max_depth: 8", "which is not between 3 and 7"),
        ("{int: {min: 3, max: 12}}", "", "max_depth: 8.5", "which is no whole number"),
        ("{int: {min: 0, max: 12}}", "", "max_depth: true", "which is no whole number"),
        ("{float: {min: 0, max: 12}}", "", "max_depth: eight", "which is no number"),
        ("{categorical: {values: [true, 2]}}", "", "max_depth: 1", "which is none of true, 2"),
        ("{float: {min: 1, max: 12}}", GRID, "max_depth: 8", "a grid has no end"),
        ("{int: {min: 1, max: 20000}}", GRID, "max_depth: 8", "larger than 10,000"),
    ],
)
def test_spaces(space, more, declared, words):
    found = told(tuned(space, more=more, declared=declared))
    assert [code for code, _ in found] == ([] if words is None else ["WL307"]), found
    assert words is None or words in found[0][1]


def test_a_parameter_named_twice():
    assert [code for code, _ in told(tuned("{int: {min: 3, max: 12}}", "{int: {min: 3, max: 9}}"))] == ["WL209"]


def test_every_mistake_at_once():
    found = told(tuned("{int: {min: 9, max: 12}}", metric="f2"))
    assert sorted(code for code, _ in found) == ["WL305", "WL307"]


@pytest.mark.parametrize("name", ["tune", "trial", "reduce"])
def test_no_stage_takes_the_name_of_a_step_of_the_search(name):
    assert [code for code, _ in told(edited(MODEL, "name: prepare", f"name: {name}"))] == ["WL233"]


def test_the_files_of_a_search_are_free_where_there_is_none():
    assert told(edited(MODEL, "outs: [model]", "outs: [model, best.json]")) == []
    files = tuned("{int: {min: 3, max: 12}}")
    taken = files[MODEL].replace(b"outs: [model]", b"outs: [model, ./best.json]")
    assert [code for code, _ in told(files | {MODEL: taken})] == ["WL308"]


def test_stages_outside_of_a_trial_may_say_what_they_want():
    files = tuned("{int: {min: 3, max: 12}}")
    text = files[MODEL].replace(b"outs: [clean.csv]", b"outs: [clean.csv]\n        env: [{name: MODE, value: other}]")
    text = text.replace(b"        outs: [model]", b"        env: [{name: MODE, value: fast}]\n        outs: [model]")
    assert told(files | {MODEL: text}) == []


def test_an_overlay_that_parts_the_stages_of_a_trial_is_found():
    stages = ", ".join(
        f"{{name: {name}, placement: {{nodeSelector: {{pool: {pool}}}}}}}"
        for name, pool in (("train", "a"), ("evaluate", "b"))
    )
    patch = f"{{pipeline: {{stages: [{stages}]}}}}"
    overlay = (
        "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {name: apart}\n"
        f"spec:\n  for: {{model: vision/digits}}\n  patch: {patch}\n"
    )
    files = tuned("{int: {min: 3, max: 12}}") | {"environments/dev/overlays/apart.yaml": overlay.encode()}
    assert [code for code, _ in told(files)] == ["WL309"]


def test_an_overlay_sets_nothing_of_a_search():
    overlay = (
        "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {name: more}\n"
        "spec:\n  for: {model: vision/digits}\n  patch: {tuning: {maxTrials: 100}}\n"
    )
    files = tuned("{int: {min: 3, max: 12}}") | {"environments/dev/overlays/more.yaml": overlay.encode()}
    assert [code for code, _ in told(files)] == ["WL226"]


@given(
    st.integers(-3, 30), st.integers(-3, 30), st.sampled_from(["int", "float"]), st.sampled_from(["", ", scale: log"])
)
def test_the_rules_let_through_what_holds_the_declared_value(low, high, kind, scale):
    found = told(tuned(f"{{{kind}: {{min: {low}, max: {high}{scale}}}}}"))
    lets = low <= 8 <= high and low < high and not (scale and low <= 0)
    assert [code for code, _ in found] == ([] if lets else ["WL307"])
