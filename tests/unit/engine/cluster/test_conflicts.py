"""Fields that somebody else has, and what was decided of them."""

import pytest

from windlass.engine.cluster.conflicts import Conflict, conflicts, settled, without
from windlass.model.refusal import refusal

STATUS = {
    "reason": "Conflict",
    "message": "Apply failed with 2 conflicts",
    "details": {
        "causes": [
            {
                "reason": "FieldManagerConflict",
                "message": 'conflict with "kubectl-edit" using apps/v1',
                "field": ".spec.replicas",
            },
            {
                "reason": "FieldManagerConflict",
                "message": 'conflict with "hpa" with subresource "scale"',
                "field": ".spec.paused",
            },
        ]
    },
}
REPLICAS, PAUSED = Conflict("spec.replicas", "kubectl-edit"), Conflict("spec.paused", "hpa")


def test_an_answer_names_fields_and_who_has_them() -> None:
    assert conflicts(refusal(409, STATUS)) == (REPLICAS, PAUSED)
    assert conflicts(refusal(409, {"reason": "Conflict", "message": "the object has been modified"})) == ()
    assert conflicts(refusal(422, STATUS)) == ()


@pytest.mark.parametrize(
    ("take", "leave", "taken", "yielded", "undecided"),
    [
        ((), (), (), (), (REPLICAS, PAUSED)),
        (("spec.replicas",), (), (REPLICAS,), (), (PAUSED,)),
        (("*",), (), (REPLICAS, PAUSED), (), ()),
        (("spec",), ("spec.replicas",), (PAUSED,), (REPLICAS,), ()),
        (("*",), ("*",), (), (), (REPLICAS, PAUSED)),
        (("spec.replica",), (), (), (), (REPLICAS, PAUSED)),
    ],
)
def test_what_is_said_closest_counts(take, leave, taken, yielded, undecided) -> None:
    found = settled((REPLICAS, PAUSED), take, leave)
    assert (found.taken, found.yielded, found.open) == (taken, yielded, undecided)


@pytest.mark.parametrize(
    ("field", "left"),
    [
        ("spec.replicas", {"spec": {"c": [{"name": "a", "v": 1}, {"name": "b"}]}, "m": {"app.io/x": 1, "app": 2}}),
        (
            'spec.c[name="a"].v',
            {"spec": {"replicas": 1, "c": [{"name": "a"}, {"name": "b"}]}, "m": {"app.io/x": 1, "app": 2}},
        ),
        ('spec.c[name="b"]', {"spec": {"replicas": 1, "c": [{"name": "a", "v": 1}]}, "m": {"app.io/x": 1, "app": 2}}),
        ("m.app.io/x", {"spec": {"replicas": 1, "c": [{"name": "a", "v": 1}, {"name": "b"}]}, "m": {"app": 2}}),
        (
            "spec.none",
            {"spec": {"replicas": 1, "c": [{"name": "a", "v": 1}, {"name": "b"}]}, "m": {"app.io/x": 1, "app": 2}},
        ),
    ],
)
def test_one_field_is_left_out_and_nothing_else(field: str, left: dict) -> None:
    sent = {"spec": {"replicas": 1, "c": [{"name": "a", "v": 1}, {"name": "b"}]}, "m": {"app.io/x": 1, "app": 2}}
    before = repr(sent)
    assert without(sent, field) == left
    assert repr(sent) == before
