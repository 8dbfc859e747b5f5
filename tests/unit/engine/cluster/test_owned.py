"""Whose fields are whose."""

import copy
from typing import Any

import pytest

from windlass.engine.cluster import compare, owned

SENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "x", "namespace": "y", "labels": {"a": "1"}},
    "spec": {
        "replicas": 2,
        "selector": {"matchLabels": {}},
        "template": {
            "spec": {
                "containers": [{"name": "main", "image": "i", "args": ["a", "b"], "ports": [{"containerPort": 1}]}],
                "imagePullSecrets": [],
            }
        },
    },
}
CONTAINER = 'k:{"name":"main"}'
PORT = 'k:{"containerPort":1,"protocol":"TCP"}'
FIELDS: dict[str, Any] = {
    "f:metadata": {"f:labels": {"f:a": {}}},
    "f:spec": {
        "f:replicas": {},
        "f:selector": {},
        "f:template": {
            "f:spec": {
                "f:containers": {
                    CONTAINER: {
                        ".": {},
                        "f:name": {},
                        "f:image": {},
                        "f:args": {},
                        "f:ports": {PORT: {".": {}, "f:containerPort": {}}},
                    }
                },
                "f:imagePullSecrets": {},
            }
        },
    },
}


def live(fields: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    mine = {"manager": "windlass", "operation": "Apply", "fieldsV1": fields}
    return {"metadata": {"name": "x", "managedFields": [*others, mine]}}


def test_everything_is_covered() -> None:
    assert owned.covers(FIELDS, SENT)


@pytest.mark.parametrize(
    "path",
    [
        ("f:metadata", "f:labels", "f:a"),
        ("f:spec", "f:replicas"),
        ("f:spec", "f:template", "f:spec", "f:containers", CONTAINER, "f:image"),
        ("f:spec", "f:template", "f:spec", "f:containers", CONTAINER, "f:ports", PORT),
        ("f:spec", "f:template", "f:spec", "f:containers", CONTAINER),
    ],
)
def test_one_field_that_is_not_ours_any_more_shows(path: tuple[str, ...]) -> None:
    assert not owned.covers(without(copy.deepcopy(FIELDS), path), SENT)


def without(fields: dict[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    """As the server does it: a set that has nothing in it any more is not there."""
    below = without(fields[path[0]], path[1:]) if len(path) > 1 else {}
    return {key: value for key, value in fields.items() if key != path[0]} | ({path[0]: below} if below else {})


def test_nothing_covers_nothing() -> None:
    assert not owned.covers({}, SENT)


def test_only_what_was_applied_by_us_is_ours() -> None:
    assert owned.ours(live(FIELDS)) == FIELDS
    by_hand = {"manager": "windlass", "operation": "Update", "fieldsV1": {}}
    assert owned.ours({"metadata": {"managedFields": [by_hand]}}) is None
    assert owned.ours({"metadata": {}}) is None


def test_the_last_who_set_a_field_is_named() -> None:
    first = {"manager": "kubectl", "operation": "Update", "time": "2026-01-01T00:00:00Z", "fieldsV1": FIELDS}
    then = {
        "manager": "edit",
        "operation": "Update",
        "time": "2026-02-01T00:00:00Z",
        "fieldsV1": {"f:spec": {"f:replicas": {}}},
    }
    seen = live(FIELDS, first, then)
    assert owned.setter(seen, ("spec", "replicas")) == "edit at 2026-02-01T00:00:00Z"
    image = ("spec", "template", "spec", "containers", {"name": "main"}, "image")
    assert owned.setter(seen, image) == "kubectl at 2026-01-01T00:00:00Z"
    assert owned.setter(seen, ("spec", "paused")) == ""
    assert owned.setter(live(FIELDS), ("spec", "replicas")) == "", "ours are nobody else's"


def test_lists_are_compared_by_what_tells_their_items_apart() -> None:
    before = {
        "kind": "Pod",
        "metadata": {"name": "x"},
        "spec": {"c": [{"name": "a", "v": 1}, {"name": "b", "v": 1}], "args": ["x", "y"]},
    }
    after = {
        "kind": "Pod",
        "metadata": {"name": "x"},
        "spec": {"c": [{"name": "b", "v": 2}, {"name": "c", "v": 3}], "args": ["x", "z"]},
    }
    found = {one.path: (one.before, one.after) for one in compare.fields(before, after)}
    assert found == {
        'spec.c[name="a"]': ({"name": "a", "v": 1}, None),
        'spec.c[name="b"].v': (1, 2),
        'spec.c[name="c"]': (None, {"name": "c", "v": 3}),
        "spec.args[1]": ("y", "z"),
    }


def test_what_the_server_or_windlass_writes_is_no_difference() -> None:
    before = {
        "metadata": {"uid": "1", "resourceVersion": "2", "annotations": {"windlass.dev/applied": "x"}},
        "status": {"a": 1},
    }
    after = {
        "metadata": {"uid": "3", "resourceVersion": "4", "annotations": {"windlass.dev/applied": "y"}},
        "status": {"a": 2},
    }
    assert compare.fields(before, after) == ()


def test_secrets_differ_and_are_not_shown() -> None:
    before = {"kind": "Secret", "metadata": {}, "data": {"a": "aGlkZGVu", "b": "c2FtZQ=="}, "type": "Opaque"}
    after = {
        "kind": "Secret",
        "metadata": {},
        "data": {"a": "b3RoZXI=", "b": "c2FtZQ==", "c": "bmV3"},
        "type": "Opaque",
    }
    found = compare.fields(before, after)
    assert [(one.path, one.before, one.after) for one in found] == [
        ("data.a", compare.BEFORE, compare.AFTER),
        ("data.c", None, compare.AFTER),
    ]
    gone = compare.fields(before, {"kind": "Secret", "metadata": {}, "type": "Opaque"})
    assert "aGlkZGVu" not in repr(gone)
    assert "b3RoZXI=" not in repr(found)
