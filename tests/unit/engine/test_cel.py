"""The door to CEL: what is no expression says where and why, and nothing that is run can take the machine along."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transcript import ROOT
from windlass.engine import cel

SEEN = ("object", "environment")


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("object.a ==", 1, 12, "it ends too early"),
        ("objct.a == 1", 1, 1, "no variable or function `objct.a`"),
        ("object.a == 1\n && foo(3)", 2, 5, "no variable or function `foo`"),
        ("size(object) > 1 && 'é' + 1 == 2", 1, 25, "`+` does not take (string, int)"),
        ("a b", 1, 3, "`b` cannot stand here"),
        ("@", 1, 1, "what stands here means nothing in CEL"),
        ("1 + 1", 0, 0, "it gives int, not bool"),
        ("(" * 99 + "true" + ")" * 99, 0, 0, "it is nested too deeply"),
        ("true || " + "!" * 4000 + "true", 0, 0, "it has 4,012 characters, at most 4,000 are allowed"),
    ],
)
def test_what_is_no_expression(text: str, line: int, column: int, said: str) -> None:
    fault = cel.compiled(text, SEEN, "bool")
    assert isinstance(fault, cel.Fault)
    assert (fault.line, fault.column, fault.message) == (line, column, said)


@pytest.mark.parametrize(
    ("text", "value", "said"),
    [
        ("object.a == 1", {}, "there is no key `a`"),
        ("object.a.b == 1", {"a": None}, "a key is asked of what is no mapping"),
        ("object.a > 'x'", {"a": 1}, "`>` does not take what it is given here: int64, string"),
        ("object.a", {"a": 1}, "it gives int, not bool"),
        ("1 / object.a == 1", {"a": 0}, "divide by zero"),
        ("object.a.all(x, object.a.all(y, object.a.all(z, true)))", {"a": list(range(100))}, "it takes too many steps"),
        ("environment.a == 1", {}, 'No value with name "environment" found in Activation'),
    ],
)
def test_what_has_no_value(text: str, value: object, said: str) -> None:
    program = cel.compiled(text, SEEN, "bool")
    assert isinstance(program, cel.Program)
    assert program.run({"object": value}) == cel.Failed(said)


@pytest.mark.parametrize(
    "text",
    [
        "['aaaaaaaaaaaaaaaa']" + ".map(x, x + x + x + x + x + x + x + x)" * 12 + "[0].size() > 1",
        "[[1]]" + ".map(x, [x, x, x, x, x, x, x, x])" * 12 + " == [[1]]",
        "optional.of([1])" + ".optMap(x, x + x + x + x + x + x + x)" * 9 + ".hasValue()",
    ],
    ids=["text", "lists", "optional"],
)
def test_what_would_double_again_and_again_is_never_run(text: str) -> None:
    fault = cel.compiled(text, SEEN, "bool")
    assert isinstance(fault, cel.Fault)
    assert fault.message == "a value could grow without bound, step by step"


def test_signs_in_texts_and_remarks_count_as_nothing() -> None:
    text = "object.map(x, x + '" + "+," * 90 + "').exists(y, y in ['a', 'b', 'c']) // " + "+" * 90
    assert isinstance(cel.compiled(text, SEEN, "bool"), cel.Program)


@given(st.text(max_size=60) | st.text("object.[](){}+-*/%&|!?:'\" \n\\,x1", max_size=60))
def test_no_text_harms(text: str) -> None:
    made = cel.compiled(text, SEEN, "bool")
    if isinstance(made, cel.Program):
        assert isinstance(made.run({"object": {"x": 1}}), bool | cel.Failed)
    else:
        assert made.message
        assert made.line <= text.count("\n") + 1


def test_who_has_no_policy_does_not_load_it() -> None:
    code = "import sys, windlass.engine.validate, windlass.flows.rendering.render; sys.exit('cel_expr_python' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": str(ROOT / "platform")}).returncode == 0
