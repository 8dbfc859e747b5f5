"""A fake stands behind a port, lies in `tests/fakes/`, and passes the suite that the real adapter passes."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from windlass import ports

TESTS = Path(__file__).parents[1]
FAKES = sorted(path for path in (TESTS / "fakes").glob("*.py") if path.stem != "__init__")
PORTS = {
    name: {method for method in vars(port) if not method.startswith("_")}
    for name in ports.__all__
    if inspect.isclass(port := getattr(ports, name)) and getattr(port, "_is_protocol", False)
}


@pytest.mark.parametrize("path", FAKES, ids=lambda path: path.stem)
def test_a_fake_goes_through_the_contract_of_its_port(path: Path) -> None:
    suite = (TESTS / f"contracts/test_{path.stem}.py").read_text()
    made = importlib.import_module(f"tests.fakes.{path.stem}")
    classes = [one for _, one in inspect.getmembers(made, inspect.isclass) if one.__module__ == made.__name__]
    assert classes
    for fake in classes:
        assert any(base is getattr(ports, name) for base in fake.__mro__ for name in PORTS), f"{fake} is behind no port"
        assert fake.__name__ in suite
    assert "from windlass.adapters." in suite, "the real adapter goes through it, too"


def test_there_is_no_other_fake() -> None:
    """Nothing else in the tests answers as a port does, except a real adapter with one thing changed."""
    stray = [
        f"{path.relative_to(TESTS)}: {node.name}"
        for path in sorted(TESTS.rglob("*.py"))
        if path not in FAKES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and answers_for_a_port(node)
    ]
    assert stray == []


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("class Killer:\n    def point(self, name): ...", True),
        ("class Said(Progress):\n    lines: list\n    def note(self, text): ...", True),
        ("class Deadly(TerminalProgress):\n    def point(self, name): ...", False),
        ("class World:\n    def point(self, name): ...\n    def train(self): ...", False),
        ("class Block:\n    text: str", False),
    ],
)
def test_how_a_fake_is_known(text: str, is_one: bool) -> None:
    (node,) = ast.parse(text).body
    assert isinstance(node, ast.ClassDef)
    assert answers_for_a_port(node) is is_one


def answers_for_a_port(node: ast.ClassDef) -> bool:
    """Whether all that a class can be asked is what one port can be asked, and it stands on nothing but a port."""
    bases = {base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "") for base in node.bases}
    methods = {one.name for one in node.body if isinstance(one, ast.FunctionDef) and not one.name.startswith("_")}
    return bases <= set(PORTS) and bool(methods) and any(methods <= asked for asked in PORTS.values())
