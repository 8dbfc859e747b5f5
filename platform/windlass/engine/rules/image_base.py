"""WL272: an environment that builds its images says on what."""

from collections.abc import Iterator

from windlass.engine.finding import at_key
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Environments with an images backend."""
    for loaded in tree.project.environments.values():
        spec = loaded.spec.spec
        if spec.backends.images is not None and spec.images.base is None:
            message = f"environment `{loaded.spec.metadata.name}` builds images and has no `images.base`"
            hint = "an image with Python, by digest: images: {base: registry.example/python@sha256:...}"
            yield at_key(loaded.source, ("spec", "backends", "images"), "WL272", message, hint)
