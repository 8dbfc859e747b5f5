"""The inventory is the standard's, and reads what it writes."""

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.cluster import applyset
from windlass.engine.cluster.applyset import Inventory
from windlass.model.plan import Identity

HOME = Identity(kind="ConfigMap", name="windlass-dev", owner="", api="v1", namespace="windlass-dev")
LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
NAME = st.from_regex(r"[a-z]([a-z0-9.:-]{0,10}[a-z0-9])?", fullmatch=True)
KIND = st.from_regex(r"[A-Z][A-Za-z]{0,9}", fullmatch=True)
GROUP = st.one_of(st.just(""), st.from_regex(r"[a-z]{1,5}(\.[a-z]{1,5}){0,2}", fullmatch=True))
KEYS = st.tuples(GROUP, KIND, st.one_of(st.just(""), LABEL), NAME)
MEMBERS = st.dictionaries(KEYS, st.one_of(st.just(""), st.uuids().map(str)), max_size=8)


def test_the_id_is_that_of_the_standards_own_example() -> None:
    assert applyset.identifier("my-set", "test", "Secret") == "applyset-0eFHV8ySqp7XoShsGvyWFQD3s96yqwHmzc4e0HR1dsY-v1"


@given(MEMBERS)
def test_what_is_written_is_read(members: dict) -> None:
    parent = applyset.parent(HOME, applyset.inventory(members), "1.0")
    found = applyset.read(parent)
    assert found.members == members
    assert found.kinds == {key[:2] for key in members}
    assert found.namespaces == {key[2] for key in members if key[2]} | {HOME.namespace}
    assert applyset.foreign(parent) == ""


@given(MEMBERS, MEMBERS)
def test_an_inventory_only_grows_before_anything_is_written(before: dict, coming: dict) -> None:
    identities = [
        Identity(kind=kind, name=name, owner="", api=f"{group}/v1" if group else "v1", namespace=space)
        for group, kind, space, name in coming
    ]
    anew = set(list(coming)[::2])
    found = applyset.grown(applyset.inventory(before), identities, anew)
    assert found.members.keys() == before.keys() | coming.keys()
    assert all(found.members[key] == uid for key, uid in before.items() if key not in anew), "a known uid stays known"
    assert not any(found.members[key] for key in anew), "what is made anew has none yet"
    assert found.kinds >= applyset.inventory(before).kinds


def test_a_borrowed_id_and_another_tool_are_foreign() -> None:
    parent = applyset.parent(HOME, Inventory(), "1.0")
    other = {**parent, "metadata": {**parent["metadata"], "labels": {applyset.ID: "applyset-x-v1"}}}
    assert "is not its own" in applyset.foreign(other)
    theirs = {**parent, "metadata": {**parent["metadata"], "annotations": {applyset.TOOLING: "kubectl/v1.34"}}}
    assert "another tool: `kubectl/v1.34`" in applyset.foreign(theirs)
    assert (
        applyset.foreign({**parent, "metadata": {"name": "x", "namespace": "y"}}) == "it is there and is no inventory"
    )


def test_what_is_more_than_a_configmap_holds_is_known() -> None:
    def held(count: int) -> Inventory:
        return Inventory({("apps", "Deployment", "space", f"name-{number:06}"): "u" * 36 for number in range(count)})

    assert not applyset.too_large(held(10))
    assert applyset.too_large(held(20_000))
