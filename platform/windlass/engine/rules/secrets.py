"""WL215: no secret stands in a spec. The finding names the place and never the value, and no view shows the lines."""

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
    r"AKIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|glpat-[\w-]{20,}|xox[abprs]-[\w-]{10,}|hf_[A-Za-z0-9]{30,}"
    r"|sk-[\w-]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY|eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.|[a-z][a-z0-9+]*://[^/\s:@]+:[^/\s@]+@"
)
TELLING = {"SECRET", "PASSWORD", "PASSWD", "PASSPHRASE", "PWD", "TOKEN", "APIKEY", "CREDENTIAL", "CREDENTIALS"}
TELLING_PAIRS = {("API", "KEY"), ("ACCESS", "KEY"), ("PRIVATE", "KEY"), ("SIGNING", "KEY"), ("ENCRYPTION", "KEY")}
HARMLESS_END = {"FILE", "PATH", "NAME", "URL", "URI", "ID", "TTL", "TYPE", "LIMIT", "LENGTH", "COUNT", "ENABLED"}
LONG, DENSE = 24, 4.0
"""A random text has at least this many characters, and bits in each."""


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Values of `env` lists by name and look, every other text by its look alone."""
    for read in tree.documents:
        if read.source is not None:
            yield from _search(read.source, read.source.value, ())


def _search(source: Source, value: Any, path: Path) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        variable = len(path) > 1 and path[-2] == "env"
        for key, inner in value.items():
            named = variable and key == "value" and _telling(str(value.get("name", "")))
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


def _text(source: Source, text: str, path: Path, named: bool, variable: bool) -> Iterator[Diagnostic]:
    if not text or not (named or TOKEN.search(text) or (variable and path[-1] == "value" and _random(text))):
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


def _random(text: str) -> bool:
    if len(text) < LONG or re.search(r"[\s/,;]", text):
        return False
    if not (re.search(r"[a-z]", text) and re.search(r"[A-Z]", text) and re.search(r"[0-9]", text)):
        return False
    shares = [count / len(text) for count in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares) >= DENSE
