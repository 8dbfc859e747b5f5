"""WL220: a service scales from fewer to more, also once an environment has laid its overlays over it."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related


def check(tree: Tree) -> Iterator[Diagnostic]:
    """MinReplicas against maxReplicas."""
    for loaded in tree.models():
        serving = loaded.spec.spec.serving
        if serving is not None and serving.min_replicas > serving.max_replicas:
            low, high = ("spec", "serving", "minReplicas"), ("spec", "serving", "maxReplicas")
            message = f"minReplicas {serving.min_replicas} is above maxReplicas {serving.max_replicas}"
            written = loaded.source.places
            first, other = (low, high) if low in written else (high, low)
            related = (Related("the other one", loaded.source.place(*other)),) if other in written else ()
            hint = "raise maxReplicas" if other in written else f"{other[-1]} is 1 unless you say it"
            yield at(loaded.source, first, "WL220", message, hint, related)
