"""Which parts of an object an expression reads: a verdict on one object is one on every other that is equal there.

Thousands of objects differ in their names and digests alone. An expression is followed from its variables through selections,
indexes and comprehensions; a value that anything else is done with counts as read with all that is in it.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from windlass.engine.cast import might_be
from windlass.engine.policy import wire
from windlass.engine.policy.wire import Node

EACH = None
"""Any item of a list, or any key and value of a mapping."""
INSIDE = "\0in"
"""The keys of a mapping, or the items of a list: what `in` asks."""
Path = tuple[str | None, ...]
"""From a variable on."""
SELECTING = ("_?._", "_[_]", "_[?_]")
PASSING = ("orValue", "or", "value", "optional.of", "optional.none")
CHOOSING = "_?_:_"
IN = ("@in", "_in_", "in")


@dataclass(frozen=True, slots=True)
class _Value:
    """Which parts of the variables a value may be, and which those may be that a list written in the expression holds."""

    paths: frozenset[Path] = frozenset()
    items: frozenset[Path] = frozenset()

    def __or__(self, other: "_Value") -> "_Value":
        return _Value(self.paths | other.paths, self.items | other.items)

    def below(self, key: str | None) -> "_Value":
        return _Value(frozenset((*path, key) for path in self.paths) | (self.items if key is EACH else frozenset()))


NOTHING = _Value()


@functools.lru_cache(maxsize=4096)
def reads(checked: bytes, variables: tuple[str, ...]) -> frozenset[Path]:
    """The paths that a compiled expression may read, each with all below it."""
    following = _Following(variables)
    following.consume(following.value(wire.tree(checked), {}))
    return frozenset(following.found)


def leaves(value: Any, path: Path) -> Iterator[str]:
    """Every text at or below a path of a sample, keys included that might be on the way."""
    if not path:
        yield from _whole(value)
    elif path[0] == INSIDE:
        yield from map(str, value) if isinstance(value, Mapping) else _whole(value)
    elif isinstance(value, Mapping):
        yield from _named(value, path[0], path[1:])
    elif isinstance(value, list) and path[0] is EACH:
        # a key that is asked of a list has no value, whatever the list holds
        for one in value:
            yield from leaves(one, path[1:])
    elif isinstance(value, str):
        # nothing is below a text; but whoever asks may hear what it is
        yield value


def _named(value: Mapping[Any, Any], wanted: str | None, path: Path) -> Iterator[str]:
    for key, one in value.items():
        if wanted is not EACH and key != wanted and not might_be(str(key), wanted):
            continue
        if key != wanted:
            yield str(key)
        yield from leaves(one, path)


def _whole(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield from map(str, value)
    if isinstance(value, Mapping | list):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _whole(one)
    elif isinstance(value, str):
        yield value


class _Following:
    def __init__(self, variables: tuple[str, ...]) -> None:
        self._variables = variables
        self.found: set[Path] = set()

    def consume(self, value: _Value) -> None:
        """Something is done with a value that is not followed: it counts as read."""
        self.found |= value.paths | value.items

    def value(self, node: Node, scope: Mapping[str, _Value]) -> _Value:
        """Which parts of the variables an expression's value may be; what it reads on the way is kept."""
        if node.kind == wire.IDENT:
            name = node.text(1).removeprefix(".")
            return scope.get(name) or (_Value(frozenset({(name,)})) if name in self._variables else NOTHING)
        if node.kind == wire.SELECT:
            around = self.value(node.nodes(1)[0], scope)
            if 3 not in node.fields:
                return around.below(node.text(2))
            # whether a key is there is the same in every object of a shape, but for keys that are made of texts
            self.consume(around.below(INSIDE))
            return NOTHING
        if node.kind == wire.CALL:
            return self._call(node.text(2), [*node.nodes(1), *node.nodes(3)], scope)
        if node.kind == wire.LIST:
            inside = functools.reduce(_Value.__or__, (self.value(one, scope) for one in node.nodes(1)), NOTHING)
            # lists in lists are not told apart
            self.consume(_Value(items=inside.items))
            return _Value(items=inside.paths | inside.items)
        if node.kind == wire.STRUCT:
            for one in wire.values_of(node):
                self.consume(self.value(one, scope))
        if node.kind == wire.COMPREHENSION:
            return self._comprehension(node, scope)
        return NOTHING

    def _call(self, name: str, given: list[Node], scope: Mapping[str, _Value]) -> _Value:
        values = [self.value(one, scope) for one in given]
        if name in SELECTING and len(given) == 2:
            key = given[1].constant
            self.consume(values[1])
            return values[0].below(key)
        if name == CHOOSING and len(given) == 3:
            self.consume(values[0])
            return values[1] | values[2]
        if name in PASSING:
            return functools.reduce(_Value.__or__, values, NOTHING)
        if name in IN and len(given) == 2:
            values[1] = _Value(values[1].below(INSIDE).paths, values[1].items)
        for one in values:
            self.consume(one)
        return NOTHING

    def _comprehension(self, node: Node, scope: Mapping[str, _Value]) -> _Value:
        (around,), (start,) = node.nodes(2), node.nodes(4)
        item = self.value(around, scope).below(EACH)
        gathered = self.value(start, scope)
        inner = {**scope, node.text(1): item, **({node.text(8): item} if 8 in node.fields else {})}
        # what is gathered may hold items of earlier rounds: once more says all there is to say
        for _ in range(2):
            inner[node.text(3)] = gathered
            self.consume(self.value(node.nodes(5)[0], inner))
            gathered |= self.value(node.nodes(6)[0], inner)
        return self.value(node.nodes(7)[0], {**inner, node.text(3): gathered})
