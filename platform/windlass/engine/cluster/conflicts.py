"""Fields that somebody else has: what an answer of the server says of them, and what the environment's overlays decided."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from windlass.model.refusal import Refusal

WHOLE = "*"
"""Every field of an object."""
MANAGER = re.compile(r'conflict with "(?P<manager>[^"]*)"')


@dataclass(frozen=True, slots=True)
class Conflict:
    """One field, and who has it."""

    field: str
    manager: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What was decided of conflicts: those whose fields are taken, those that are left to whoever has them, and those that nobody
    decided."""

    taken: tuple[Conflict, ...]
    yielded: tuple[Conflict, ...]
    open: tuple[Conflict, ...]


def conflicts(told: Refusal) -> tuple[Conflict, ...]:
    """The conflicts in an answer to a server-side apply, in its order; none where it is about something else."""
    found = []
    for cause in told.details.get("causes") or () if told.code == 409 else ():
        if cause.get("reason") == "FieldManagerConflict":
            who = MANAGER.match(cause.get("message", ""))
            found.append(Conflict(cause.get("field", "").removeprefix("."), who["manager"] if who else "somebody"))
    return tuple(found)


def settled(found: Iterable[Conflict], take: Sequence[str], leave: Sequence[str]) -> Settled:
    """Sort conflicts by the fields that are to be taken and those to be left; what is said closest counts."""
    taken, yielded, undecided = list[Conflict](), list[Conflict](), list[Conflict]()
    for one in found:
        ours, theirs = _closest(one.field, take), _closest(one.field, leave)
        (undecided if ours == theirs else taken if ours > theirs else yielded).append(one)
    return Settled(tuple(taken), tuple(yielded), tuple(undecided))


def without(sent: Any, field: str) -> Any:
    """A value without one field, named as the server names it: ``spec.ports[port=80,protocol="TCP"].name``."""
    if not field:
        return None
    if isinstance(sent, Mapping):
        text = field.removeprefix(".")
        for key in sorted(sent, key=len, reverse=True):
            # keys have dots themselves, so the longest that fits is meant
            if text == key or text.startswith((f"{key}.", f"{key}[")):
                below = without(sent[key], text[len(key) :])
                return {
                    name: value if name != key else below
                    for name, value in sent.items()
                    if (name, below) != (key, None)
                }
        return sent
    step = re.match(r"\[(?P<keys>[^\]]*)\]", field)
    if isinstance(sent, list) and step:
        kept = [
            one if not _meant(one, index, step["keys"]) else without(one, field[step.end() :])
            for index, one in enumerate(sent)
        ]
        return [one for one in kept if one is not None]
    return sent


def _closest(field: str, patterns: Sequence[str]) -> int:
    """How much of a field the closest of some patterns names; 0 where none is about it."""
    named = [one for one in patterns if one == WHOLE or field == one or field.startswith((f"{one}.", f"{one}["))]
    return max((len(one) for one in named), default=0)


def _meant(item: Any, index: int, keys: str) -> bool:
    if keys.startswith("="):
        return str(item) == keys[1:].strip('"')
    if keys.isdigit():
        return index == int(keys)
    pairs = re.findall(r'([^=,]+)=("(?:[^"\\]|\\.)*"|[^,]*)', keys)
    return isinstance(item, Mapping) and all(
        str(item.get(key, value.strip('"'))) == value.strip('"') for key, value in pairs
    )
