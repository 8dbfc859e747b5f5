"""What a document with mistakes of shape probably means, so that the rules can look at it in the same run: all findings at once.

Only what is obvious is mended: a key that is nearly a known one is renamed, an unknown one left out, a single value put into its
list, a number in quotes taken for a number, an unfit optional value left out. The result is for rules alone and never used.
"""

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, TypeVar

from pydantic import ValidationError

from windlass.engine import anatomy
from windlass.engine.shape import reached
from windlass.engine.wording import near
from windlass.model.diagnostic import Place
from windlass.model.document import Document
from windlass.model.project import Source

Kind = TypeVar("Kind", bound=Document)
Path = tuple[str | int, ...]
LEFT_OUT = ("literal_error", "string_pattern_mismatch", "greater_than_equal", "less_than_equal", "string_too_short")
NUMBERS = {"int_type": int, "float_type": float}


def repaired(source: Source, kind: type[Kind], error: ValidationError) -> tuple[Kind, Source] | None:
    """The document as it was probably meant, with places for what was renamed; None where that is not obvious."""
    value, renamed, gone = copy.deepcopy(source.value), dict[Path, str](), set[Path]()
    for problem in error.errors(include_url=False):
        path = reached(source.value, problem["loc"], problem["type"])
        if any(path[:length] in gone for length in range(len(path) + 1)):
            continue
        if problem["type"] in LEFT_OUT:
            gone.add(path)
        if not path or not _mend(value, kind, path, problem, renamed):
            return None
    try:
        spec = kind.model_validate(value, by_alias=True, by_name=False)
    except ValidationError:
        return None
    places, keys = _moved(source.places, renamed), _moved(source.keys, renamed)
    return spec, replace(source, value=value, places=places, keys=keys)


def _mend(value: Any, kind: type[Document], path: Path, problem: Mapping[str, Any], renamed: dict[Path, str]) -> bool:
    holder, last, given, what = _holder(value, path), path[-1], problem["input"], problem["type"]
    if what == "extra_forbidden":
        meant = near(str(last), anatomy.known_keys(kind, path[:-1]))
        kept = holder.pop(last)
        if meant and meant not in holder:
            holder[meant] = kept
            renamed[path] = meant
    elif what == "missing":
        # Either a renamed key fills the gap or the second validation fails.
        return True
    elif what == "string_type" and isinstance(given, int | float):
        holder[last] = str(given)
    elif what in NUMBERS and isinstance(given, str):
        return _number(holder, last, given, NUMBERS[what])
    elif what in ("tuple_type", "list_type") and isinstance(given, str):
        holder[last] = [given]
    elif what in LEFT_OUT and isinstance(holder, dict):
        del holder[last]
    else:
        return False
    return True


def _number(holder: Any, last: Any, given: str, form: type[Any]) -> bool:
    try:
        holder[last] = form(given)
    except ValueError:
        return False
    return True


def _holder(value: Any, path: Path) -> Any:
    for step in path[:-1]:
        value = value[step]
    return value


def _moved(places: Mapping[Path, Place], renamed: Mapping[Path, str]) -> dict[Path, Place]:
    found = dict(places)
    for path, name in renamed.items():
        for old, place in places.items():
            if old[: len(path)] == path:
                found[(*path[:-1], name, *old[len(path) :])] = place
    return found
