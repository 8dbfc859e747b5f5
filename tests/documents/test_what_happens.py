"""`docs/what-happens-when.md`: each row names a test that exists, and each test of what goes wrong has a row."""

import ast
import re

from tests.transcript import ROOT

PAGE = (ROOT / "docs" / "what-happens-when.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and not line.startswith("| What happens |")]
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)` \|$")
WRONG = ("failures", "killed", "kinds", "ledger", "meanwhile", "two")


def _tests(path: str) -> set[str]:
    """The names of a file's tests."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {one.name for one in tree.body if isinstance(one, ast.FunctionDef) and one.name.startswith("test_")}


def test_each_row_names_a_test_that_exists() -> None:
    assert ROWS
    for row in ROWS:
        found = NAMED.search(row)
        assert found, f"no test is named: {row}"
        assert found[2] in _tests(found[1]), f"{found[0]} does not exist"


def test_each_test_of_what_goes_wrong_has_a_row() -> None:
    named = {(found[1], found[2]) for row in ROWS if (found := NAMED.search(row))}
    every = {(path, name) for one in WRONG for path in [f"tests/cluster/test_{one}.py"] for name in _tests(path)}
    assert {name for _, name in every - named} == {"test_the_first_apply_has_as_many_writes_as_are_killed"}
