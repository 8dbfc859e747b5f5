"""A document against its kind: pydantic finds what does not fit, the sentences are ours."""

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pydantic import ValidationError

from windlass.engine import anatomy
from windlass.engine.concealed import lines_of_secret
from windlass.engine.wording import clipped, listed, meant, near
from windlass.model import document
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.project import Source

Path = tuple[str | int, ...]
KEY = ("[key]",)
"""How pydantic ends the way to a key that does not fit, which otherwise is the way to its value."""

EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
PATTERNS = {
    document.NAME: ("WL105", "name", "small letters, digits and `-`, a letter first, at most 40 characters"),
    document.QUANTITY: ("WL131", "quantity", "500m (half a core) or 0.5; 512Mi or 1Gi of memory"),
    document.DURATION: ("WL132", "duration", "a whole number and one of s, m, h, d: 24h"),
    document.LATENCY: ("WL132", "duration of an answer", "a whole number and one of ms, s: 250ms"),
    document.DIGEST: ("WL133", "digest", "sha256: and 64 hex digits; Windlass writes it"),
    document.LABEL_KEY: (
        "WL255",
        "key of a label",
        "letters, digits, `-`, `_` and `.`, at most 63, after a domain if any: pool",
    ),
    document.LABEL_VALUE: ("WL255", "value of a label", "letters, digits, `-`, `_` and `.`, at most 63 characters"),
    document.DAY: ("WL287", "day", 'a day as "2026-12-31", in quotes'),
    document.REF_KEY: ("WL296", "key of a secret", "letters, digits, `-`, `_` and `.`"),
    document.VARIABLE: ("WL134", "name of a variable", "letters, digits and `_`, no digit first"),
}
FORMS = {
    document.ADDRESS: (
        "address without a name and a password",
        "https://mlflow.example.org; keys come from `secretRef`",
    ),
    document.CURRENCY: ("currency", "its three letters: EUR"),
    document.IMAGE: (
        "image by its digest",
        "registry.example/name@sha256: and 64 hex digits; a tag can be moved by anybody",
    ),
    document.NAMESPACE: ("name of a namespace", "small letters, digits, `-`, and `{team}` for the team: ml-{team}-dev"),
}
"""Like `PATTERNS`, of values that are not repeated: they are long, or hold what nobody should read."""
LIMITS = {"greater_than_equal": ("ge", "at least"), "less_than_equal": ("le", "at most")}
CLOSE = 0.75
"""How alike a key and a known one must be before a typing error is likelier than a wrong place."""
SINGULAR = {
    "stages": "stage",
    "gates": "gate",
    "metrics": "metrics file",
    "env": "variable",
    "examples": "example",
    "columns": "column",
    "data": "data entry",
    "tolerations": "toleration",
    "dataDrift": "drift check",
}


def explain(source: Source, kind: type[document.Document], error: ValidationError) -> list[Diagnostic]:
    """Findings for a validation error, one for each place: a key, or a value."""
    grouped: defaultdict[tuple[Path, bool], list[Any]] = defaultdict(list)
    for problem in error.errors(include_url=False, include_context=True):
        path = reached(source.value, problem["loc"], problem["type"])
        grouped[path, problem["loc"][-1:] == KEY].append(problem)
    unknown = [path for (path, _), problems in grouped.items() if problems[0]["type"] == "extra_forbidden"]
    taken = {(*path[:-1], near(str(path[-1]), anatomy.known_keys(kind, path[:-1]))) for path in unknown}
    return [
        _finding(source, kind, path, problems, key=key)
        for (path, key), problems in grouped.items()
        if path not in taken
    ]


def subject(value: Any, path: Path) -> str:
    """What stands at a path, in words: ``stage `train` ``, `` `params.depth` of stage `train` ``, ``the document``."""
    if not path:
        return "the document"
    split = max((at for at, step in enumerate(path, 1) if isinstance(step, int)), default=0)
    inner = path[split:] if split or path == ("spec",) or path[0] != "spec" else path[1:]
    dotted = f"`{'.'.join(map(str, inner))}`"
    if not split:
        return dotted
    item = _item(value, path[:split])
    return f"{dotted} of {item}" if inner else item


def _item(value: Any, path: Path) -> str:
    for step in path:
        value = value[step]
    word = SINGULAR.get(str(path[-2]), f"item of `{path[-2]}`")
    name = value.get("name") if isinstance(value, dict) else None
    return f"{word} `{clipped(name)}`" if isinstance(name, str) else f"{word} {int(path[-1]) + 1}"


def reached(value: Any, location: Sequence[Any], kind: str) -> Path:
    """The part of pydantic's location that exists in the document; it adds the names of union members."""
    path: list[str | int] = []
    for step in location:
        named = isinstance(value, dict) and step in value
        counted = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if not named and not counted:
            if kind == "missing":
                path.append(step)
            break
        path.append(step)
        value = value[step]
    return tuple(path)


def _finding(
    source: Source, kind: type[document.Document], path: Path, problems: Sequence[Any], *, key: bool
) -> Diagnostic:
    problem = problems[0]
    if problem["type"] == "missing":
        return _missing(source, path)
    if problem["type"] == "extra_forbidden":
        return _unknown(source, kind, path)
    code, message, hint = _wrong(source.value, path, problems)
    hidden = lines_of_secret(source, path) if "env" in path and path[-1] == "value" else 0
    place = source.keys.get(path) if key else None
    return Diagnostic(code, message, place or source.place(*path), hint, hidden=hidden)


def _missing(source: Source, path: Path) -> Diagnostic:
    parent = path[:-1]
    place = source.keys.get(parent) or source.place(*parent)
    if not parent:
        place = Place(source.path)
    return Diagnostic("WL101", f"{subject(source.value, parent)} lacks `{path[-1]}`", place, f"add `{path[-1]}:`")


def _unknown(source: Source, kind: type[document.Document], path: Path) -> Diagnostic:
    key, parent = str(path[-1]), path[:-1]
    known = anatomy.known_keys(kind, parent)
    where = f" in {subject(source.value, parent)}" if parent else ""
    hint = meant(key, known, "known here")
    home = next(iter(anatomy.homes(kind, key)), "").rpartition(".")[0]
    if home and not near(key, known, CLOSE):
        hint = f"it belongs in `{home}`"
    return Diagnostic("WL103", f"unknown key `{clipped(key)}`{where}", source.keys.get(path), hint)


def _wrong(value: Any, path: Path, problems: Sequence[Any]) -> tuple[str, str, str]:
    problem = problems[0]
    what, given, context = subject(value, path), problem["input"], problem.get("ctx", {})
    if len(problems) > 1:
        return "WL102", f"{what} is {_type(given)}, it must be text, a number, true or false", ""
    if problem["type"] in EXPECTED:
        expected = EXPECTED[problem["type"]]
        return "WL102", f"{what} is {_type(given)}, it must be {expected}", _conversion(given, expected)
    if problem["type"] == "literal_error":
        choices = re.findall(r"'([^']*)'", context["expected"])
        said = f"must be {choices[0]}" if len(choices) == 1 else f"must be one of {listed(choices)}"
        guess = near(str(given), choices)
        return "WL104", f"{what} is `{clipped(str(given))}`, it {said}", f"did you mean `{guess}`?" if guess else ""
    if problem["type"] == "string_pattern_mismatch" and context["pattern"] in PATTERNS:
        code, word, form = PATTERNS[context["pattern"]]
        return code, f"`{clipped(given)}` is no {word}", form
    if problem["type"] == "string_pattern_mismatch" and context["pattern"] in FORMS:
        word, form = FORMS[context["pattern"]]
        return "WL135", f"{what} is no {word}", form
    if problem["type"] in LIMITS:
        key, words = LIMITS[problem["type"]]
        return "WL106", f"{what} is {given}, it must be {words} {context[key]}", ""
    if problem["type"] in ("string_too_short", "too_short"):
        return "WL107", f"{what} is empty", "write it, or take the key away"
    if problem["type"] == "too_long":
        return "WL107", f"{what} has {context['actual_length']} entries, at most {context['max_length']}", ""
    return "WL102", f"{what} does not fit: {problem['msg'].lower()}", ""


def _type(value: Any) -> str:
    words = {str: "text", bool: "a boolean", int: "a number", float: "a number", list: "a list", dict: "a mapping"}
    return words.get(type(value), "empty")


def _conversion(given: Any, expected: str) -> str:
    if expected == "text" and isinstance(given, bool | int | float):
        return f'write "{str(given).lower() if isinstance(given, bool) else given}" in quotes'
    if expected == "a whole number" and isinstance(given, float):
        return f"write {round(given)}"
    if (
        isinstance(given, str)
        and re.fullmatch(r"-?[0-9.]+|true|false", given)
        and expected not in ("a list", "a mapping")
    ):
        return f"write {given} without quotes"
    if expected == "a list" and isinstance(given, str | int | float):
        return f"write [{clipped(str(given))}]"
    if given is None:
        return "write it, or take the key away"
    return ""
