"""WL209: in a list of named things each name stands once; overlays and messages find things by it."""

from collections.abc import Iterator
from typing import Any

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Source

Path = tuple[str | int, ...]


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every list of mappings with a `name`, in every document."""
    for read in tree.documents:
        if read.source is not None and read.spec is not None and _repeats(read.source.value):
            yield from _lists(read.source, read.source.value, ())


def _repeats(value: Any) -> bool:
    """Whether there may be something to say: hardly ever is, and then no path is needed."""
    if isinstance(value, dict):
        return any(_repeats(inner) for inner in value.values() if isinstance(inner, dict | list))
    named = [name for item in value if isinstance(item, dict) and isinstance(name := item.get("name"), str)]
    return len(set(named)) < len(named) or any(_repeats(item) for item in value if isinstance(item, dict | list))


def _lists(source: Source, value: Any, path: Path) -> Iterator[Diagnostic]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _lists(source, inner, (*path, key))
    elif isinstance(value, list):
        first: dict[str, int] = {}
        for number, item in enumerate(value):
            name = item.get("name") if isinstance(item, dict) else None
            if isinstance(name, str) and name in first:
                related = (Related("the first one", source.place(*path, first[name], "name")),)
                message = f"`{name}` stands twice in `{path[-1]}`"
                yield at(source, (*path, number, "name"), "WL209", message, "give it another name", related)
            elif isinstance(name, str):
                first[name] = number
            yield from _lists(source, item, (*path, number))
