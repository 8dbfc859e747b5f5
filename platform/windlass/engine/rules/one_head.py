"""WL223: exactly one environment trains: the one that promotes from none."""

from collections.abc import Iterator

from windlass.engine.finding import NAME, at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related


def check(tree: Tree) -> Iterator[Diagnostic]:
    """A second head. (Without any there is a circle, which has a rule of its own.)"""
    heads = [loaded for loaded in tree.project.environments.values() if loaded.spec.spec.promotes_from is None]
    for loaded in heads[1:]:
        first, name = heads[0], loaded.spec.metadata.name
        message = f"`{name}` is a second head of the chain: nothing says where its releases come from"
        related = (Related(f"`{first.spec.metadata.name}` is the head", first.source.place(*NAME)),)
        hint = f"add `promotesFrom: {first.spec.metadata.name}`"
        yield at(loaded.source, NAME, "WL223", message, hint, related)
