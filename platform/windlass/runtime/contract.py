"""The contract of a service as pydantic models: what a request must look like, and what an answer does.

It travels into every bento beside `contract.json`. Requests are judged strictly: a wrong shape, text for a number, NaN, a
missing or an unknown field are all said at once, by the field's name and never with the value that was sent.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict, ValidationError, create_model
from pydantic_core import PydanticCustomError

SHOWN = 10
"""Problems told in one answer; a whole row of text would otherwise give one line per pixel."""
INT64 = 2**63
WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not in the contract",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be an integer",
    "int_from_float": "must be an integer",
    "string_type": "must be text",
    "bool_type": "must be true or false",
    "list_type": "must be an array",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "json_invalid": "is not valid JSON",
}
LIMITS = {"greater_than_equal": "least", "less_than_equal": "most"}
PLAIN: dict[str, type] = {"number": float, "integer": int, "string": str, "boolean": bool}


def input_model(fields: Sequence[Mapping[str, Any]]) -> type[BaseModel]:
    """The model of one row. ``fields`` are the contract's input fields in order. Raises ValueError for a field that no
    row can be made of.
    """
    return _model("Row", {field["name"]: (_input_type(field), _info(field)) for field in fields})


def batch_model(row: type[BaseModel]) -> type[BaseModel]:
    """The model of several rows: ``{"rows": [...]}``, one or more."""
    return _model("Rows", {"rows": (list[row], Field(min_length=1))})  # type: ignore[valid-type]


def output_model(fields: Sequence[Mapping[str, Any]]) -> type[BaseModel]:
    """The model of one answer; arrays hold whatever the estimator gives per row."""
    return _model("Answer", {field["name"]: (PLAIN.get(field["type"], list[Any]), _info(field)) for field in fields})


def batch_output_model(answer: type[BaseModel]) -> type[BaseModel]:
    """The model of several answers, in the order of the rows."""
    return _model("Answers", {"rows": (list[answer], ...)})  # type: ignore[valid-type]


def flat(fields: Sequence[Mapping[str, Any]], row: Mapping[str, Any]) -> list[Any]:
    """One row for the estimator: the fields in order, arrays laid out flat."""
    values: list[Any] = []
    for field in fields:
        values.extend(_leaves(row[field["name"]]) if field["type"] == "array" else (row[field["name"]],))
    return values


def width(fields: Sequence[Mapping[str, Any]]) -> int:
    """How many columns one row makes."""
    return sum(math.prod(field["shape"]) if field["type"] == "array" else 1 for field in fields)


def numeric(fields: Sequence[Mapping[str, Any]]) -> bool:
    """Whether every column is a number (or a truth value)."""
    return all(field.get("items", field["type"]) != "string" for field in fields)


def problems(error: ValidationError, known: frozenset[str]) -> tuple[list[dict[str, str]], list[str]]:
    """What is wrong with a request: for the answer, and for the log. The log names only fields of the contract, since an
    unknown key may itself be a value.
    """
    answer, log = [], []
    for found in error.errors(include_input=False, include_url=False):
        where = ".".join(str(part) for part in found["loc"]) or "body"
        what = _words(found["type"], found.get("ctx") or {}, found["msg"])
        answer.append({"field": where, "problem": what})
        public = ".".join(str(part) for part in found["loc"] if isinstance(part, int) or part in known)
        log.append(f"{public or 'body'} {found['type']}")
    return answer, log


def _words(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind in ("too_short", "too_long"):
        needed = context.get("min_length", context.get("max_length"))
        return f"has {context.get('actual_length')} items, {needed} are needed"
    if kind in LIMITS:
        limit = context.get("ge", context.get("le", 0))
        return f"must be at {LIMITS[kind]} {int(limit) if limit == int(limit) else limit}"
    return WORDS.get(kind, message[:1].lower() + message[1:])


def _model(name: str, fields: Mapping[str, Any]) -> type[BaseModel]:
    config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())
    made: type[BaseModel] = create_model(name, __config__=config, **fields)
    return made


def _info(field: Mapping[str, Any]) -> Any:
    return Field(..., description=field.get("description") or None)


def _input_type(field: Mapping[str, Any]) -> Any:
    if field["type"] != "array":
        return _scalar(field["type"], field)
    if not field.get("shape"):
        raise ValueError(f"input `{field['name']}` is an array without a shape, so no row can be made of it")
    found = _scalar(field.get("items") or "number", field)
    for length in reversed(field["shape"]):
        found = Annotated[list.__class_getitem__(found), Field(min_length=length, max_length=length)]
    return found


def _scalar(kind: str, field: Mapping[str, Any]) -> Any:
    limits: dict[str, Any] = {}
    if kind in ("number", "integer"):
        limits = {"ge": field.get("minimum"), "le": field.get("maximum")}
    if kind == "integer":
        # wider integers would be valid JSON and then overflow inside the estimator
        limits = {
            "ge": -INT64 if limits["ge"] is None else math.ceil(limits["ge"]),
            "le": INT64 - 1 if limits["le"] is None else math.floor(limits["le"]),
        }
    marks = [Strict(), Field(**{key: value for key, value in limits.items() if value is not None})]
    if field.get("enum"):
        marks.append(AfterValidator(_one_of(tuple(field["enum"]))))
    return Annotated[(PLAIN[kind], *marks)]


def _one_of(allowed: tuple[Any, ...]) -> Callable[[Any], Any]:
    def check(value: Any) -> Any:
        if value not in allowed:
            raise PydanticCustomError(
                "not_allowed", "must be one of {allowed}", {"allowed": ", ".join(map(str, allowed))}
            )
        return value

    return check


def _leaves(value: Any) -> list[Any]:
    return [leaf for part in value for leaf in _leaves(part)] if isinstance(value, list) else [value]
