"""WL215: no secret stands in a spec. The finding names the place and never the value, and no view shows the lines."""

import functools
import math
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Any

from windlass.engine.concealed import lines_of_secret
from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Source

Path = tuple[str | int, ...]
HINT = "keep it in the environment's secrets: `secretKeyRef: {name: ..., key: ...}`"
TOKEN = re.compile(
    r"(AKIA|ASIA)[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abeprs]-[\w-]{10,}|hf_[A-Za-z0-9]{30,}"
    r"|sk-[\w-]{20,}|AIza[\w-]{35}|ya29\.[\w-]{20,}|npm_[A-Za-z0-9]{36}|pypi-[\w-]{50,}|dop_v1_[0-9a-f]{64}|sk_live_\w{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.|[a-z][a-z0-9+]*://[^/\s:@]+:[^/\s@]+@"
)
TELLING = {"SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS"}
TELLING_PAIRS = {("API", "KEY"), ("ACCESS", "KEY"), ("PRIVATE", "KEY"), ("SIGNING", "KEY"), ("ENCRYPTION", "KEY")}
HARMLESS_END = {"FILE", "PATH", "NAME", "URL", "URI", "ID", "TTL", "TYPE", "LIMIT", "LENGTH", "COUNT", "ENABLED"}
LONG, DENSE, RESTLESS = 24, 4.0, 0.32
"""A random text has at least this many characters and bits in each, and begins a new run of small letters, capitals or digits
at this share of its places: `MeanTimeRateLastWeekDays30` does so at a quarter, what dice wrote at nearly a half."""
DRAWN = re.compile(r"[A-Za-z0-9_-]+={0,2}|[A-Za-z0-9+/]{40}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==")
"""What keys are written in. Slashes only at the lengths of common keys, else paths would look like some."""
KINDS = (str.islower, str.isupper, str.isdigit)


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every text of every document, by its look; what a key or a variable calls a secret also by that name."""
    for read in tree.documents:
        if read.source is not None:
            yield from _search(read.source, read.source.value, ())


def _search(source: Source, value: Any, path: Path) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        variable = len(path) > 1 and path[-2] == "env"
        for key, inner in value.items():
            named = _telling(str(value.get("name", ""))) if variable and key == "value" else _called(path, key, inner)
            if isinstance(inner, str | int) and not isinstance(inner, bool):
                yield from _text(source, str(inner), (*path, key), named, variable)
            else:
                yield from _search(source, inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            if isinstance(inner, str):
                yield from _text(source, inner, (*path, number), named=False, variable=False)
            else:
                yield from _search(source, inner, (*path, number))


def _called(path: Path, key: str, value: Any) -> bool:
    """Whether somebody chose a key that says it: only below `params` are keys free and values used as they stand."""
    return path[-1:] == ("params",) and isinstance(value, str) and _telling(key)


def _text(source: Source, text: str, path: Path, named: bool, variable: bool) -> Iterator[Diagnostic]:
    if not text or not (named or _suspicious(text)):
        return
    name = _name(source.value, path) if variable else ""
    where = f"the value of variable `{name}`" if name else f"`{path[-1]}`"
    found = at(source, path, "WL215", f"{where} looks like a secret", HINT)
    yield replace(found, hidden=lines_of_secret(source, path))


def _name(value: Any, path: Path) -> str:
    for step in path[:-1]:
        value = value[step]
    return str(value.get("name", ""))


def _telling(name: str) -> bool:
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).upper().split("_")
    if words[-1] in HARMLESS_END:
        return False
    return bool(TELLING & set(words)) or any(pair in TELLING_PAIRS for pair in pairwise(words))


@functools.lru_cache(maxsize=16384)
def _suspicious(text: str) -> bool:
    """Specs say the same words again and again."""
    return bool(TOKEN.search(text)) or _random(text)


def _random(text: str) -> bool:
    """Whether dice wrote a text: all three kinds of sign, nearly all signs different, changing without end."""
    if len(text) < LONG or not DRAWN.fullmatch(text) or not all(any(map(kind, text)) for kind in KINDS):
        return False
    runs = sum(_begins(one, other) for one, other in pairwise(text))
    shares = [count / len(text) for count in Counter(text).values()]
    return runs >= RESTLESS * len(text) and -sum(share * math.log2(share) for share in shares) >= DENSE


def _begins(one: str, other: str) -> bool:
    """Whether a new run begins between two signs. A capital begins a word and its small letters go on with it; what is between
    words belongs to none."""
    return one.isalnum() and other.isalnum() and _kind(one) != _kind(other) and not (one.isupper() and other.islower())


def _kind(sign: str) -> int:
    return next((number for number, kind in enumerate(KINDS) if kind(sign)), -1)
