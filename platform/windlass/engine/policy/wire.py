"""A compiled expression of CEL as a tree: its checked form is a message of `cel/expr/checked.proto`, read here field by field.

Only what says how values flow is kept. Numbers of fields are those of `cel/expr/syntax.proto`.
"""

from collections.abc import Iterator
from dataclasses import dataclass

VALUE, EXPRESSION = 2, 4
"""Where the message lies in its envelope (`google.protobuf.Any`), and the expression in the message."""
CONSTANT, IDENT, SELECT, CALL, LIST, STRUCT, COMPREHENSION = 3, 4, 5, 6, 7, 8, 9
STRING = 6


@dataclass(frozen=True, slots=True)
class Node:
    """One expression: its kind (the number of its field) and the fields of that."""

    kind: int
    fields: dict[int, list[bytes]]

    def text(self, number: int) -> str:
        """A field that is a text; empty where it is not set."""
        return self.fields[number][0].decode() if number in self.fields else ""

    def nodes(self, number: int) -> list["Node"]:
        """A field of expressions, in order."""
        return [_node(data) for data in self.fields.get(number, [])]

    @property
    def constant(self) -> str | None:
        """The text that a constant is; None where it is none."""
        return self.text(STRING) if self.kind == CONSTANT and STRING in self.fields else None


def tree(checked: bytes) -> Node:
    """The expression of a serialised `CheckedExpr`. Raises `ValueError` where it is none."""
    (message,) = _fields(checked).get(VALUE, [b""])
    (root,) = _fields(message).get(EXPRESSION, [b""])
    return _node(root)


def values_of(node: Node) -> Iterator[Node]:
    """What the entries of a map or a message hold."""
    for entry in node.fields.get(2, []):
        inside = _fields(entry)
        yield from (_node(data) for number in (3, 4) for data in inside.get(number, []))


def _node(data: bytes) -> Node:
    for number, several in _fields(data).items():
        if CONSTANT <= number <= COMPREHENSION:
            return Node(number, _fields(several[0]))
    raise ValueError("an expression of no kind")


def _fields(data: bytes) -> dict[int, list[bytes]]:
    """The fields of a message by number; those that are no bytes hold their number's text."""
    found: dict[int, list[bytes]] = {}
    at = 0
    while at < len(data):
        tag, at = _number(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = _number(data, at)
            held = str(value).encode()
        elif kind == 1:
            held, at = data[at : at + 8], at + 8
        elif kind == 2:
            size, at = _number(data, at)
            held, at = data[at : at + size], at + size
        elif kind == 5:
            held, at = data[at : at + 4], at + 4
        else:
            raise ValueError(f"a field of kind {kind}")
        found.setdefault(tag >> 3, []).append(held)
    return found


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at
