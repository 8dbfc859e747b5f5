"""WL263: what must never be logged is named as requests and answers name it: a typo would log it."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import clipped, meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every redaction of every model, also under overlays."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        if spec.logging is None or spec.serving is None:
            continue
        fields = [*spec.serving.input, *spec.serving.output]
        for number, name in enumerate(spec.logging.redact):
            if name not in fields:
                path = ("spec", "logging", "redact", number)
                message = f"no field `{clipped(name)}` in `serving.input` or `serving.output`"
                yield at(loaded.source, path, "WL263", message, meant(name, fields, "the fields are"))
