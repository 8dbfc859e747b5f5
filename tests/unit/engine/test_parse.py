"""Reading a file: what it means, and what is said where it means nothing. Nothing that bytes can hold raises."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trees import MODEL, base
from windlass.engine import validate
from windlass.engine.parse import DEPTH, EVENTS, SIZE, parse

BOMB = b"a: &a [x, x]\n" + b"".join(b"%c: &%c [*%c, *%c]\n" % (98 + n, 98 + n, 97 + n, 97 + n) for n in range(9))


def said(data: bytes) -> list[tuple[str, int, int]]:
    found = parse("x.yaml", data).diagnostics
    return [(one.code, one.place.line, one.place.column) for one in found if one.place]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a: b: c\n", [("WL001", 1, 5)]),
        (b"a: [b, c\nd: 1\n", [("WL001", 2, 2)]),
        (b'a: "b\nc: d\n', [("WL001", 2, 5)]),
        (b"a:\n  b: 1\n c: 2\n", [("WL001", 3, 2)]),
        (b"a: @b\n", [("WL001", 1, 4)]),
        (b"a: x\x01y\n", [("WL001", 1, 5)]),
        (b"a: {b: 1\n", [("WL001", 1, 9)]),
        (b"a" * (SIZE + 1), [("WL002", 1, 1)]),
        (b"a" * 10_000_000, [("WL002", 1, 1)]),
        (b"[" * 100_000, [("WL003", 1, DEPTH + 1)]),
        (b"{a: " * 100_000, [("WL003", 1, DEPTH * 4 + 1)]),
        (b"- " * 100_000, [("WL003", 1, DEPTH * 2 + 1)]),
        (b"a: [" + b"b," * EVENTS + b"]", [("WL004", 1, EVENTS * 2 - 3)]),
        (b"a: 1\nb: 2\na: 3\n", [("WL005", 3, 1)]),
        (b"a: {b: 1, b: 2}\n", [("WL005", 1, 11)]),
        (b"a: &x 1\nb: *x\n", [("WL006", 1, 4), ("WL006", 2, 4)]),
        (b"a: {<<: {b: 1}}\n", [("WL006", 1, 5)]),
        (b"a: !secret b\n", [("WL007", 1, 4)]),
        (b"a: !!python/object:os.system b\n", [("WL007", 1, 4)]),
        (b"a:\n\tb: 1\n", [("WL008", 2, 1)]),
        (b"a:\n  b: 1\n\tc: 1\n", [("WL008", 3, 1)]),
        (b"", [("WL009", 1, 1)]),
        (b"# nothing\n", [("WL009", 1, 1)]),
        (b"---\n", [("WL009", 1, 1)]),
        (b"\xef\xbb\xbfa: 1\n", [("WL010", 1, 1)]),
        (b"a: 1\nb: \xe9\n", [("WL011", 2, 4)]),
        (b"a: 1\n---\nb: 2\n", [("WL012", 2, 1)]),
        (b"a: yes\n", [("WL013", 1, 4)]),
        (b"on: 1\n", [("WL013", 1, 1)]),
        (b"7: 1\n", [("WL014", 1, 1)]),
        (b"? [a]\n: b\n", [("WL014", 1, 3)]),
        (b"- a\n", [("WL015", 1, 1)]),
        (b"a\n", [("WL015", 1, 1)]),
        (b'a: "b\\0"\n', [("WL016", 1, 4)]),
    ],
)
def test_what_is_refused_and_where(data: bytes, expected: list[tuple[str, int, int]]) -> None:
    assert said(data) == expected


@pytest.mark.parametrize("data", [b"[" * SIZE, b"{a: " * (SIZE // 4), b"- " * (SIZE // 2), b"? " * (SIZE // 2), BOMB])
def test_a_hostile_file_costs_next_to_nothing(data: bytes) -> None:
    before = time.process_time()
    assert parse("x.yaml", data).diagnostics
    assert time.process_time() - before < 0.5


def test_a_document_is_a_plain_value_with_places() -> None:
    text = "a:\n  - {name: one, n: 1, x: 0.5, t: true, z: null, q: 'yes', m: 'a''b'}\nlong: |\n  two\n  lines\n"
    source = parse("x.yaml", text.encode()).source
    assert source is not None
    item = {"name": "one", "n": 1, "x": 0.5, "t": True, "z": None, "q": "yes", "m": "a'b"}
    assert source.value == {"a": [item], "long": "two\nlines\n"}
    assert str(source.place("a", 0, "n")) == "x.yaml:2:20"
    assert source.places["a", 0, "name"].length == 3
    assert source.keys["a", 0, "x"].column == 23
    assert str(source.place("a", 7, "absent")) == "x.yaml:2:3", "a missing value stands at its nearest parent"


def test_places_know_lines_that_end_in_any_way() -> None:
    source = parse("x.yaml", b"a: 1\r\nb: 2\r\nc: {d: 3}\r\n").source
    assert source is not None
    assert [str(source.place(*path)) for path in (("b",), ("c", "d"))] == ["x.yaml:2:4", "x.yaml:3:8"]


def test_columns_count_characters() -> None:
    source = parse("x.yaml", 'name: {länge: "größe", b: 1}\n'.encode()).source
    assert source is not None
    assert source.place("name", "b").column == 27


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    found = parse("x.yaml", data)
    assert found.source is not None or found.diagnostics
    if found.source:
        list(found.source.places.items())


def test_no_mutation_of_a_spec_raises() -> None:
    """Also behind the parser: shapes, rules and places of whatever a typing error makes of a document."""
    chance, text = random.Random(7), base()[MODEL]
    for _ in range(800):
        data = bytearray(text)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data))
            cut = chance.choice([0, 1, chance.randint(1, 20)])
            data[at : at + cut] = bytes([chance.choice(b"[]{}:,-&*!?|>'\"%@`#\t\n \x00\xff<~0123y=.")])
        reading = validate.read({MODEL: bytes(data)})
        validate.judge(reading, {}, "2026-03-03")
