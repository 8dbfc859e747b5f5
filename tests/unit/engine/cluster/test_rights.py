"""Rules say exactly the rights that they are made of, and what somebody has is compared right by right."""

from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.cluster import rights
from windlass.model.workload import Right

ONES = st.sets(
    st.tuples(
        st.sampled_from(["", "apps"]),
        st.sampled_from(["secrets", "pods", "pods/log"]),
        st.sampled_from(["", "a", "b"]),
        st.sampled_from(["get", "list", "patch"]),
    )
)


def covered(ones: set[rights.One]) -> set[rights.One]:
    """Without what is said of one by its name and of all anyway."""
    return {one for one in ones if not one[2] or (one[0], one[1], "", one[3]) not in ones}


@given(ONES)
def test_rules_say_the_same(ones: set[rights.One]) -> None:
    assert rights.each(rights.rules(ones)) == covered(ones)


@given(ONES, ONES)
def test_what_is_missing_is_what_is_not_there(wanted: set[rights.One], held: set[rights.One]) -> None:
    told = [one.plain() | {"resourceNames": list(one.names)} for one in rights.rules(held)]
    found = rights.each(rights.missing(rights.rules(wanted), told))
    expected = {one for one in covered(wanted) if one not in held and (one[0], one[1], "", one[3]) not in held}
    assert found == expected


def test_rules_are_few_and_in_one_order() -> None:
    ones = [("apps", "deployments", "", verb) for verb in ("patch", "get")] + [("apps", "replicasets", "", "get")]
    ones += [("", "secrets", name, "get") for name in ("b", "a")] + [("apps", "statefulsets", "", "get")]
    assert rights.rules(ones) == rights.rules(reversed(ones))
    assert [one.plain() for one in rights.rules(ones)] == [
        {"apiGroups": [""], "resources": ["secrets"], "names": ["a", "b"], "verbs": ["get"]},
        {"apiGroups": ["apps"], "resources": ["deployments"], "names": [], "verbs": ["get", "patch"]},
        {"apiGroups": ["apps"], "resources": ["replicasets", "statefulsets"], "names": [], "verbs": ["get"]},
    ]


def test_stars_are_understood_and_subresources_are_their_own() -> None:
    log = Right(api_groups=("",), resources=("pods/log",), verbs=("get",))

    def lacks(resources: list[str], **more: list[str]) -> bool:
        rule = {"apiGroups": ["*"], "resources": resources, "verbs": ["*"], **more}
        return bool(rights.missing([log], [rule]))

    assert not lacks(["*"])
    assert not lacks(["*/log"])
    assert not lacks(["pods/log"])
    assert lacks(["pods"])
    assert lacks(["*"], resourceNames=["a"])
    assert rights.missing([log], []) == (log,)
