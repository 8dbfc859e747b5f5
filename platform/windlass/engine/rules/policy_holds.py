"""WL282, WL281: models and datasets hold the policies. What is rendered is judged when it is rendered."""

from collections.abc import Iterator

from windlass.engine.policy import specs
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every policy over models and datasets."""
    yield from specs.judged(tree.project, tree.overlaid, tree.today)
