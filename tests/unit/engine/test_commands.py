"""A hint that is followed must not leave the rehearsal: commands are spelled in one place, and no other place spells one."""

import ast
import re
from pathlib import Path

import pytest

from windlass import engine
from windlass.engine import commands, resolve
from windlass.model.project import Project

HOME = Path(engine.__file__).parents[1]
SPELLED = re.compile(r"windlass (apply|plan|train|promote|rollback|audit)\b(?! ENV| TEAM)")
ROOMS = ("flows", "views", "engine", "adapters")


def texts(path: Path) -> list[str]:
    """Every text of a file that is no docstring."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_no_hint_spells_a_command_that_could_be_rehearsed(room: str) -> None:
    found = [
        (path.name, text)
        for path in sorted((HOME / room).rglob("*.py"))
        for text in texts(path)
        if SPELLED.search(text)
    ]
    assert found == []


def test_a_rehearsed_environment_goes_on_being_rehearsed() -> None:
    local = resolve.environment(Project(), "local", rehearse=False)
    spec = local.spec.model_copy(update={"rehearsed": True})
    assert commands.windlass(local, "apply dev") == "`windlass apply dev`"
    assert commands.windlass(local.model_copy(update={"spec": spec}), "apply dev") == "`windlass apply dev --rehearse`"
