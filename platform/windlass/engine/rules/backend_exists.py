"""WL273: an environment names backends that there are, shipped or in the repository's own `templates/`."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every axis of every environment."""
    for loaded in tree.project.environments.values() if tree.known else ():
        for axis, name in loaded.spec.spec.backends.plain().items():
            there = tree.known.names.get(axis, ()) if tree.known else ()
            if name not in there:
                hint = meant(name, there, f"there are for `{axis}`")
                yield at(loaded.source, ("spec", "backends", axis), "WL273", f"no backend `{axis}/{name}`", hint)
