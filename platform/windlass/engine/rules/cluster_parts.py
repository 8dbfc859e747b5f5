"""WL240: an environment in a cluster says what its pods are made of."""

from collections.abc import Iterator

from windlass.engine.lower.cluster import missing, needed
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Images by digest, and the store that bentos come from; not where a platform of its own serves."""
    known = tree.known.backends if tree.known else {}
    for loaded in tree.project.environments.values():
        serving = known.get(("serving", loaded.spec.spec.backends.serving))
        if loaded.spec.spec.target.kind == "kubernetes" and (serving is None or serving.target == "kubernetes"):
            yield from missing(loaded, needed(loaded.spec.spec))
