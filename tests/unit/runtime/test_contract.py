"""What requests are taken, and what is said of the others."""

import json
import math
from typing import Any

import pytest
from pydantic import ValidationError

from windlass.runtime import contract

FIELDS: list[dict[str, Any]] = [
    {"name": "scan", "type": "array", "items": "number", "shape": [2, 2], "minimum": 0, "maximum": 16},
    {"name": "age", "type": "integer", "minimum": 0},
    {"name": "kind", "type": "string", "enum": ["a", "b"]},
    {"name": "sure", "type": "boolean"},
]
GOOD: dict[str, Any] = {"scan": [[0, 1.5], [2, 16]], "age": 3, "kind": "a", "sure": True}
MODEL = contract.input_model(FIELDS)


def told(document: Any) -> list[tuple[str, str]]:
    body = document if isinstance(document, (str, bytes)) else json.dumps(document)
    with pytest.raises(ValidationError) as caught:
        MODEL.model_validate_json(body)
    answer, log = contract.problems(caught.value, frozenset(field["name"] for field in FIELDS))
    assert "SECRET" not in " ".join(log)
    return [(one["field"], one["problem"]) for one in answer]


def test_a_good_row_is_laid_out_flat_in_the_order_of_the_contract() -> None:
    row = MODEL.model_validate_json(json.dumps(GOOD)).model_dump()
    assert contract.flat(FIELDS, row) == [0, 1.5, 2, 16, 3, "a", True]
    assert contract.width(FIELDS) == 7
    assert not contract.numeric(FIELDS)
    assert contract.numeric(FIELDS[:2])


@pytest.mark.parametrize(
    ("change", "field", "problem"),
    [
        ({"scan": [[0, 1]]}, "scan", "has 1 items, 2 are needed"),
        ({"scan": [[0, 1, 2], [0, 1]]}, "scan.0", "has 3 items, 2 are needed"),
        ({"scan": "SECRET"}, "scan", "must be an array"),
        ({"scan": [["SECRET", 1], [0, 1]]}, "scan.0.0", "must be a number"),
        ({"scan": [[math.nan, 1], [0, 1]]}, "scan.0.0", "must be a finite number"),
        ({"scan": [[math.inf, 1], [0, 1]]}, "scan.0.0", "must be a finite number"),
        ({"scan": [[True, 1], [0, 1]]}, "scan.0.0", "must be a number"),
        ({"scan": [[17, 1], [0, 1]]}, "scan.0.0", "must be at most 16"),
        ({"scan": [[None, 1], [0, 1]]}, "scan.0.0", "must be a number"),
        ({"age": -1}, "age", "must be at least 0"),
        ({"age": 1.5}, "age", "must be an integer"),
        ({"age": "3"}, "age", "must be an integer"),
        ({"age": 10**30}, "age", "must be at most 9223372036854775807"),
        ({"kind": "SECRET"}, "kind", "must be one of a, b"),
        ({"kind": 3}, "kind", "must be text"),
        ({"sure": 1}, "sure", "must be true or false"),
        ({"SECRET": 1}, "SECRET", "is not in the contract"),
    ],
)
def test_a_bad_value_is_told_by_field_and_reason(change: dict[str, Any], field: str, problem: str) -> None:
    assert told({**GOOD, **change}) == [(field, problem)]


def test_all_problems_are_told_at_once() -> None:
    assert told({"scan": 1, "more": 2}) == [
        ("scan", "must be an array"),
        ("age", "is missing"),
        ("kind", "is missing"),
        ("sure", "is missing"),
        ("more", "is not in the contract"),
    ]


@pytest.mark.parametrize("body", ["[1]", "3", "null", '"text"'])
def test_a_body_that_is_no_object(body: str) -> None:
    assert told(body) == [("body", "must be an object")]


@pytest.mark.parametrize("body", ["", "{", "{'a': 1}", b"\xff", "[" * 100_000])
def test_a_body_that_is_no_json(body: str | bytes) -> None:
    assert told(body) == [("body", "is not valid JSON")]


def test_many_rows_need_at_least_one() -> None:
    rows = contract.batch_model(MODEL)
    assert len(rows.model_validate_json(json.dumps({"rows": [GOOD, GOOD]})).model_dump()["rows"]) == 2
    with pytest.raises(ValidationError):
        rows.model_validate_json('{"rows": []}')


def test_an_array_without_a_shape_cannot_make_a_row() -> None:
    with pytest.raises(ValueError, match="without a shape"):
        contract.input_model([{"name": "scan", "type": "array"}])


def test_answers_are_as_strict() -> None:
    answer = contract.output_model([{"name": "digit", "type": "integer", "method": "predict"}])
    assert answer(digit=3).model_dump() == {"digit": 3}
    with pytest.raises(ValidationError):
        answer(digit="3")
