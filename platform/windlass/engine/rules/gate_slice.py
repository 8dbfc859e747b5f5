"""WL213: a gate by slice uses a grouping that the file of its metric declares."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every gate with a `slice`, if its metric is declared at all."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        files = [file for stage in spec.pipeline.stages for file in stage.metrics]
        for number, gate in enumerate(spec.evaluation.gates):
            grouping = next(iter(gate.slice), None) if gate.slice else None
            holding = [file for file in files if gate.metric in file.names]
            slices = [name for file in holding for name in file.slices]
            if grouping is not None and holding and grouping not in slices:
                path = ("spec", "evaluation", "gates", number, "slice", grouping)
                message = f"gate on slices by `{grouping}`, which {holding[0].path} does not declare"
                yield at(loaded.source, path, "WL213", message, meant(grouping, slices, "its slices are"))
