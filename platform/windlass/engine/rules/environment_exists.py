"""WL232: overlays and releases lie in the folder of a declared environment."""

from collections.abc import Iterator

from windlass.engine.tree import Tree
from windlass.engine.wording import near
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic, Place


def check(tree: Tree) -> Iterator[Diagnostic]:
    """One finding for each undeclared environment."""
    known, told = tree.names("Environment"), set()
    for read in tree.documents:
        name = read.home.environment if read.home else None
        if name is None or name in known or name in told:
            continue
        told.add(name)
        guess = near(name, known)
        hint = f"did you mean `{guess}`?" if guess else f"declare it in {layout.ENVIRONMENTS}/{name}/environment.yaml"
        yield Diagnostic("WL232", f"no environment `{name}`", Place(read.path), hint)
