"""WL264: what is watched or logged is served."""

from collections.abc import Iterator

from windlass.engine.finding import at_key
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Monitoring and logging of models without a service."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        for part, asked in (("monitoring", spec.monitoring), ("logging", spec.logging)):
            if asked is not None and spec.serving is None:
                message = f"`{part}` of a model that is not served"
                yield at_key(loaded.source, ("spec", part), "WL264", message, f"add `serving`, or take `{part}` away")
