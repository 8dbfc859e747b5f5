"""The laws of overlays."""

import copy
from typing import Any

from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from windlass.engine.merge import merge, merged_with_origins, settings

law = how(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WORDS = st.sampled_from(["a", "b", "c", "d"])
LEAVES = st.integers(0, 5) | st.booleans() | st.text(max_size=3) | st.lists(st.integers(0, 3), max_size=3)


def named(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """A list of things with names, each once."""
    return st.dictionaries(WORDS, st.dictionaries(WORDS, values, max_size=3), min_size=1, max_size=3).map(
        lambda items: [{"name": name, **item} for name, item in items.items()]
    )


def trees(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(leaves, lambda inner: st.dictionaries(WORDS, inner, max_size=4) | named(inner), max_leaves=12)


BASES = st.dictionaries(WORDS, trees(LEAVES), max_size=4)
PATCHES = st.dictionaries(WORDS, trees(LEAVES | st.none()), max_size=4)


def without_nulls(value: Any) -> bool:
    if isinstance(value, dict):
        return all(inner is not None and without_nulls(inner) for inner in value.values())
    return not isinstance(value, list) or all(without_nulls(item) for item in value)


@law
@given(BASES)
def test_an_empty_patch_changes_nothing(base: Any) -> None:
    assert merge(base, {}) == base


@law
@given(BASES)
def test_laid_over_nothing_a_patch_is_itself(patch: Any) -> None:
    assert merge({}, patch) == patch


@law
@given(BASES, PATCHES)
def test_laying_twice_is_laying_once(base: Any, patch: Any) -> None:
    once = merge(base, patch)
    assert merge(once, patch) == once


@law
@given(BASES, PATCHES)
def test_nothing_given_is_changed(base: Any, patch: Any) -> None:
    before = copy.deepcopy((base, patch))
    merge(base, patch)
    assert (base, patch) == before


@law
@given(BASES, PATCHES)
def test_null_removes_and_never_stays(base: Any, patch: Any) -> None:
    assert without_nulls(merge(base, patch))


@law
@given(BASES, PATCHES)
def test_what_a_patch_does_not_name_stays(base: Any, patch: Any) -> None:
    merged = merge(base, patch)
    assert {key: merged[key] for key in base if key not in patch} == {
        key: base[key] for key in base if key not in patch
    }


@law
@given(BASES, PATCHES, PATCHES)
def test_patches_that_share_no_key_commute(base: Any, one: Any, other: Any) -> None:
    other = {key: value for key, value in other.items() if key not in one}
    assert merge(merge(base, one), other) == merge(merge(base, other), one)


@law
@given(BASES, PATCHES)
def test_every_origin_leads_to_what_is_there(base: Any, patch: Any) -> None:
    merged, origins = merged_with_origins(base, patch)
    for path, origin in origins.items():
        here, there = merged, patch
        for step in path:
            here = here[step]
        for step in origin:
            there = there[step]
        if not isinstance(here, dict | list):
            assert here == there


def test_named_lists_merge_by_name_and_keep_their_order() -> None:
    base = {"stages": [{"name": "a", "x": 1}, {"name": "b", "x": 1}]}
    patch = {"stages": [{"name": "b", "x": 2}, {"name": "c", "x": 3}]}
    assert merge(base, patch) == {"stages": [{"name": "a", "x": 1}, {"name": "b", "x": 2}, {"name": "c", "x": 3}]}


def test_other_lists_replace() -> None:
    assert merge({"gates": [{"metric": "f1"}]}, {"gates": []}) == {"gates": []}
    assert merge({"outs": ["a", "b"]}, {"outs": ["c"]}) == {"outs": ["c"]}


def test_settings_are_leaves_by_name() -> None:
    patch = {"serving": {"minReplicas": 2}, "pipeline": {"stages": [{"name": "train", "resources": {"cpu": "2"}}]}}
    assert settings(patch) == {("serving", "minReplicas"): 2, ("pipeline", "stages", "train", "resources", "cpu"): "2"}
