"""Every named point in the source, found in its syntax tree: what is killed nowhere cannot be forgotten.

A name that is put together at run time is a pattern: ``train.{step.name}`` is ``train.*``.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "platform" / "windlass"
BOTH_ENDS = ("begin", "end")
FETCHED = ("begin:bento", "end:bento", "begin:packages", "end:packages")
"""Killed where nothing but a store is needed (`tests/unit/cli/test_step.py`)."""
BETWEEN_WRITES = SOURCE / "flows" / "cluster"
"""Killed between any two requests (`tests/cluster/test_killed.py`)."""
TELLERS = ("progress", "_progress")


def points() -> list[str]:
    """All of them, sorted; a name that stands twice is twice in the list."""
    found: list[str] = []
    for path in sorted(path for path in SOURCE.rglob("*.py") if not path.is_relative_to(BETWEEN_WRITES)):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = dict(_constants(tree))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            found += _told(call, constants)
    return sorted(found)


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.targets[0], ast.Name)
        ):
            yield node.targets[0].id, str(node.value.value)


def _told(call: ast.Call, constants: dict[str, str]) -> list[str]:
    if not isinstance(call.func, ast.Attribute) or not call.args:
        return []
    verb, teller = call.func.attr, call.func.value
    if verb == "point" or (verb == "_point" and not isinstance(call.args[0], ast.Name)):
        return _names(call.args[0], constants)
    last = teller.attr if isinstance(teller, ast.Attribute) else getattr(teller, "id", "")
    if verb in BOTH_ENDS and last in TELLERS:
        return [f"{verb}:{name}" for name in _names(call.args[0], constants)]
    return []


def _names(node: ast.expr, constants: dict[str, str]) -> list[str]:
    if isinstance(node, ast.IfExp):
        return _names(node.body, constants) + _names(node.orelse, constants)
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values)]
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    return [constants.get(node.id, "*") if isinstance(node, ast.Name) else "*"]
