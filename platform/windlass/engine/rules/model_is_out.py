"""WL210: the model that is registered is an out of a stage."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`pipeline.model` of every model."""
    for loaded in tree.project.models.values():
        pipeline = loaded.spec.spec.pipeline
        outs = [out for stage in pipeline.stages for out in stage.outs]
        if names.joined("", pipeline.model) not in {names.joined("", out) for out in outs}:
            path = ("spec", "pipeline", "model")
            hint = meant(pipeline.model, outs, "the outs are")
            yield at(loaded.source, path, "WL210", f"the model `{pipeline.model}` is no out of a stage", hint)
