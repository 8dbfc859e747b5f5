"""Expressions of CEL, the language of Kubernetes' own policies: compiled with a type check, run within bounds.

The one door to the library (cel-expr-python, Google's C++ implementation), which is young: what it says is put into our words
here. It is imported where the first expression is compiled, because most commands have none. It stops by itself what is nested
more than 32 deep or takes more than 10,000 steps, and its regular expressions cannot run away. It does not stop a value that
doubles at each of a few steps; such an expression is refused before it runs.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from cel_expr_python import cel

LENGTH = 4000
"""The longest expression, in characters."""
GROWTH = 64
"""How many times larger than what it is given a value may become."""
WORDS = re.compile(r"""[rRbB]{0,2}("{3}.*?"{3}|'{3}.*?'{3}|"(\\.|[^"\\])*"|'(\\.|[^'\\])*')|//[^\n]*""", re.S)
STEP = re.compile(r"\b(map|optMap|optFlatMap)\s*\(")
ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*?)(?=\n \| |\nERROR|$| \[[A-Z_]+\]$)", re.S)
STATUS = re.compile(r"^[A-Z_]+: | \[[A-Z_]+\]$")
SAID = (
    (re.compile(r"mismatched input '<EOF>'|at '<EOF>'|at input '<EOF>'"), "it ends too early"),
    (re.compile(r"token recognition error"), "what stands here means nothing in CEL"),
    (re.compile(r"undeclared reference to '([^']*)'"), r"no variable or function `\1`"),
    (re.compile(r"found no matching overload for '_?([^'_]*)_?' applied to '(.*?)'"), r"`\1` does not take \2"),
    (
        re.compile(r"[Nn]o matching overloads found : _?([^_( ]*)_?(?:\((.*)\))?$"),
        r"`\1` does not take what it is given here: \2",
    ),
    (re.compile(r"(?:extraneous|mismatched) input '(.*?)' expecting"), r"`\1` cannot stand here"),
    (re.compile(r"[Kk]ey not found in map : \"?(.*?)\"?$"), r"there is no key `\1`"),
    (re.compile(r"Applying SELECT to non-message type"), "a key is asked of what is no mapping"),
    (re.compile(r"Iteration budget exceeded"), "it takes too many steps"),
    (re.compile(r"recursion (?:depth|limit)"), "it is nested too deeply"),
)
Wanted = Literal["bool", "string"]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no expression. Line and column count from 1 in the text; 0 where the whole is meant."""

    message: str
    line: int = 0
    column: int = 0
    unknown: str = ""
    """The name that is not known, if that is why."""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """Why an expression has no value for what it was given."""

    message: str


@dataclass(frozen=True, slots=True)
class Program:
    """An expression that was compiled."""

    compiled: cel.Expression
    wanted: Wanted

    def run(self, values: Mapping[str, Any]) -> bool | str | Failed:
        """Its value for variables that hold plain data: a boolean or a text, as was asked for."""
        try:
            result = self.compiled.eval(data=values)
        except RuntimeError as error:
            return Failed(_said(str(error)))
        value = result.value()
        if result.type().name() == "ERROR":
            return Failed(_said(str(value)))
        if isinstance(value, bool if self.wanted == "bool" else str):
            return value
        return Failed(f"it gives {result.type().name().lower()}, not {self.wanted}")


@functools.lru_cache(maxsize=4096)
def compiled(text: str, variables: tuple[str, ...], wanted: Wanted) -> Program | Fault:
    """The expression as a program over these variables, or what is wrong with it."""
    if len(text) > LENGTH:
        return Fault(f"it has {len(text):,} characters, at most {LENGTH:,} are allowed")
    if _growth(text) > GROWTH:
        hint = "put less together in each `map`, or ask in several validations"
        return Fault("a value could grow without bound, step by step", hint=hint)
    try:
        made = _environment(variables).compile(text)
    except RuntimeError as error:
        return _fault(text, str(error))
    kind = made.return_type().name().lower()
    return Program(made, wanted) if kind in (wanted, "dyn") else Fault(f"it gives {kind}, not {wanted}")


def _growth(text: str) -> float:
    """How many times larger than what it is given a value of the expression may become, at most: each `map` may put
    together as many copies as there are `+` and `,` to do so."""
    bare = WORDS.sub("''", text)
    steps = len(STEP.findall(bare))
    joints = bare.count("+") + bare.count(",") - steps
    return float((joints / steps + 1) ** steps) if steps else 1.0


@functools.cache
def _environment(variables: tuple[str, ...]) -> cel.Env:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_optional

    return cel.NewEnv(variables=dict.fromkeys(variables, cel.Type.DYN), extensions=[ext_optional.ExtOptional()])


def _fault(text: str, told: str) -> Fault:
    first = ERROR.search(told)
    if first is None or int(first[1]) < 1:
        return Fault(_said(first[3] if first else told))
    line, column, said = int(first[1]), int(first[2]), first[3]
    unknown = re.search(r"undeclared reference to '([^']*)'", said)
    if unknown is None:
        return Fault(_said(said), line, column)
    # The library points at the last dot of a name, or at the bracket behind it.
    name, written = unknown[1], text.split("\n")[line - 1]
    before = (column - 1 - back for back in (0, name.rfind("."), len(name)) if back >= 0)
    start = next((at for at in before if at >= 0 and written.startswith(name, at)), column - 1)
    return Fault(_said(said), line, start + 1, name.partition(".")[0])


def _said(text: str) -> str:
    """The library's sentence in our words, else as it is."""
    bare = STATUS.sub("", text).removeprefix("Syntax error: ")
    for pattern, words in SAID:
        found = pattern.search(bare)
        if found:
            return found.expand(words).rstrip(": ")
    return bare.partition("\n")[0]
