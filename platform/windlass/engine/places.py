"""Where every key and value of a document stands. A second pass over the events, made when the first place is asked for.

Most files have no mistake; they never pay for this.
"""

import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from windlass.model.diagnostic import Place

Path = tuple[str | int, ...]
NODES = (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent)
NO_WORD = "?"
"""Stands for a key that is no scalar."""


def places(path: str, text: str) -> tuple[Mapping[Path, Place], Mapping[Path, Place]]:
    """The places of a document's values and of its keys."""
    find = functools.cache(lambda: _find(path, text))
    return _Lazy(lambda: find()[0]), _Lazy(lambda: find()[1])


class _Lazy(Mapping[Path, Place]):
    """A mapping that is made when it is first looked into."""

    def __init__(self, make: Callable[[], dict[Path, Place]]) -> None:
        self._make = make

    def __getitem__(self, key: Path) -> Place:
        return self._make()[key]

    def __iter__(self) -> Iterator[Path]:
        return iter(self._make())

    def __len__(self) -> int:
        return len(self._make())


def _find(path: str, text: str) -> tuple[dict[Path, Place], dict[Path, Place]]:
    values: dict[Path, Place] = {}
    keys: dict[Path, Place] = {}
    stack: list[
        list[Any]
    ] = []  # per container: [its path, next index or None for a mapping, pending key, its start event]
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        kind = type(event)
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            where, _, _, start = stack.pop()
            if values[where].line == start.start_mark.line + 1:
                values[where] = _place(path, start.start_mark, event.end_mark)
            continue
        if kind not in NODES:
            continue
        place = _place(path, event.start_mark, event.end_mark)
        where = _step(stack, event, place, keys)
        if where is None:
            continue
        # Of two equal keys the first one counts, as it does for the value.
        values.setdefault(where, place)
        if kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
            stack.append([where, 0 if kind is yaml.SequenceStartEvent else None, None, event])
    return values, keys


def _step(stack: list[list[Any]], event: Any, place: Place, keys: dict[Path, Place]) -> Path | None:
    """The path of the node that this event starts; None where it is a key."""
    if not stack:
        return ()
    top = stack[-1]
    parent: Path = top[0]
    if top[1] is not None:
        top[1] += 1
        return (*parent, top[1] - 1)
    if top[2] is None:
        word = top[2] = str(getattr(event, "value", NO_WORD))
        keys.setdefault((*parent, word), place)
        # A list or mapping as a key is refused by the parser; its parts still have to be walked over.
        return (*parent, NO_WORD, NO_WORD) if hasattr(event, "flow_style") else None
    name, top[2] = top[2], None
    return (*parent, name)


def _place(path: str, start: Any, end: Any) -> Place:
    width = end.column - start.column if start.line == end.line else 0
    return Place(path, start.line + 1, start.column + 1, width)
