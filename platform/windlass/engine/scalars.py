"""Plain scalars of YAML: what they mean, and which of them two readers of the same file would read differently.

YAML 1.1 (PyYAML, most of Python) and 1.2 (editors, most of the rest) disagree about `on`, `0123`, `1e-3` and more. A spec may
not mean two things, so what both read alike is a value here and the rest is refused with the two ways out.
"""

import functools
import math
import re
from dataclasses import dataclass

CONSTANTS = {"": None, "~": None, "null": None, "Null": None, "NULL": None} | {
    text: value for value in (True, False) for text in (str(value), str(value).lower(), str(value).upper())
}
FIRST = frozenset("0123456789+-.~nNtTfFyYoO")
"""Only what starts with one of these can be anything but text."""

INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"[-+]?(0|[1-9][0-9]*)?\.[0-9]*([eE][-+][0-9]+)?")
BOOLEAN_1_1 = re.compile(r"yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF")
EXPONENT = re.compile(r"[-+]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][-+]?[0-9]+")
ODD_INTEGER = re.compile(r"[-+]?(0[0-9_]+|0x[0-9a-fA-F_]+|0o[0-7_]+|0b[01_]+|[0-9][0-9_]*|[0-9][0-9_]*\.[0-9_]*)")
SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
ENDLESS = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
DIGITS = 18
"""The longest integer that every JSON reader keeps exactly enough; longer ones are names and belong in quotes."""

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Surprise:
    """A plain scalar that has no single meaning: what it is taken for, and what to write instead."""

    fact: str
    instead: str


@functools.lru_cache(maxsize=16384)
def resolve(text: str) -> Value | Surprise:
    """The value of a plain scalar, or why it has none."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in FIRST:
        return text
    if INTEGER.fullmatch(text):
        return int(text) if len(text) <= DIGITS else Surprise("too long for a number", f'"{text[:8]}…" in quotes')
    if NUMBER.fullmatch(text) and any(map(str.isdigit, text)):
        number = float(text)
        return number if math.isfinite(number) else Surprise("too large for a number", "a smaller number")
    return _surprise(text) or text


def _surprise(text: str) -> Surprise | None:
    quoted = f'"{text}" in quotes'
    if BOOLEAN_1_1.fullmatch(text):
        word = "true" if text.lower() in ("yes", "on") else "false"
        return Surprise(f"{word} in YAML 1.1 and text in YAML 1.2", f"{word}, or {quoted}")
    if EXPONENT.fullmatch(text):
        return Surprise("text in YAML 1.1 and a number in YAML 1.2", f"{_decimal(text)}, or {quoted}")
    if ENDLESS.fullmatch(text):
        return Surprise("no number that JSON can say", "a finite number")
    if SEXAGESIMAL.fullmatch(text):
        return Surprise("a number of base 60 in YAML 1.1 and text in YAML 1.2", quoted)
    if DATE.fullmatch(text):
        return Surprise("a date in YAML 1.1 and text in YAML 1.2", quoted)
    if ODD_INTEGER.fullmatch(text):
        return Surprise("a different number, or text, to different YAML readers", f"a decimal number, or {quoted}")
    return None


def _decimal(text: str) -> str:
    number = float(text)
    spelled = repr(number)
    if not math.isfinite(number) or "inf" in spelled:
        return "a finite number"
    if "e" not in spelled:
        return spelled
    mantissa, _, power = spelled.partition("e")
    return f"{mantissa if '.' in mantissa else mantissa + '.0'}e{power}"
