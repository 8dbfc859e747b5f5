"""Where a character of a text stands in a file, however YAML wrote the text."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from windlass.engine.inside_text import inside_text
from windlass.engine.parse import parse

WRITTEN = {
    "plain": "a:\n  x: object.foo == 1 && bar\n",
    "plain on two lines": "a:\n  x: object.foo == 1\n    && bar\n",
    "single": "a:\n  x: 'object[''foo''] == 1 && bar'\n",
    "double": 'a:\n  x: "object[\\"foo\\"] == 1 && bar"\n',
    "literal": "a:\n  x: |\n    object.foo == 1\n      && bar\n",
    "folded": "a:\n  x: >-  # a remark\n    object.foo == 1\n\n    && bar\n\n    || z\n",
    "flow": "a: {x: object.foo && bar}\n",
    "behind an accent": "a: {é: ü, x: object.é && bar}\n",
}


@pytest.mark.parametrize("file", WRITTEN.values(), ids=WRITTEN)
def test_it_is_found(file: str) -> None:
    source = parse("f", file.encode()).source
    assert source is not None
    value = source.value["a"]["x"]
    before = value[: value.index("bar")]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    place = inside_text(file, source.place("a", "x"), value, line, column, 3)
    assert file.split("\n")[place.line - 1][place.column - 1 :].startswith("bar")


def test_what_is_written_in_disguise_is_the_whole() -> None:
    file = 'a: "object.\\u0061 && bar"\n'
    source = parse("f", file.encode()).source
    assert source is not None
    assert inside_text(file, source.place("a"), source.value["a"], 1, 13) == source.place("a")


@given(st.text("ab'\"\\ \n:#,", min_size=1), st.sampled_from(["|", ">", "'", '"', None]), st.integers(0, 30))
def test_it_points_at_the_sign_or_at_the_whole(value: str, style: str | None, at: int) -> None:
    file = yaml.safe_dump({"x": value}, default_style=style, width=20)
    source = parse("f", file.encode()).source
    if source is None or source.value.get("x") != value:
        return
    before = value[: min(at, len(value) - 1)]
    whole = source.place("x")
    place = inside_text(file, whole, value, before.count("\n") + 1, len(before) - before.rfind("\n"), 1)
    sign = value[len(before)]
    assert place == whole or sign.isspace() or file.split("\n")[place.line - 1][place.column - 1] in (sign, "\\", "'")
