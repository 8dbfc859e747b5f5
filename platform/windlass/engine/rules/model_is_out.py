"""WL210: the model that is registered is an out of a stage."""

from collections.abc import Iterator

from windlass.engine.finding import at, at_key
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.engine.wording import listed, meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`pipeline.model` of every model."""
    for loaded in tree.project.models.values():
        pipeline = loaded.spec.spec.pipeline
        outs = [out for stage in pipeline.stages for out in stage.outs]
        if names.joined("", pipeline.model) not in {names.joined("", out) for out in outs}:
            path, message = ("spec", "pipeline", "model"), f"the model `{pipeline.model}` is no out of a stage"
            if path in loaded.source.places:
                yield at(loaded.source, path, "WL210", message, meant(pipeline.model, outs, "the outs are"))
            else:
                hint = f"say which one it is, `model: ...`: the outs are {listed(outs)}"
                yield at_key(loaded.source, path[:-1], "WL210", message, hint)
