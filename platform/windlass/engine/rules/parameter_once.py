"""WL231: a parameter has one value in a pipeline: all stages read it from one params.json."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Stages that give one name different values."""
    for loaded in tree.project.models.values():
        first: dict[str, tuple[int, object]] = {}
        for number, stage in enumerate(loaded.spec.spec.pipeline.stages):
            for name, value in stage.params.items():
                before, known = first.setdefault(name, (number, value))
                if known != value or type(known) is not type(value):
                    place = loaded.source.place("spec", "pipeline", "stages", before, "params", name)
                    message = f"the parameter `{name}` has two values: {known} and {value}"
                    path = ("spec", "pipeline", "stages", number, "params", name)
                    related = (Related("the other one", place),)
                    yield at(loaded.source, path, "WL231", message, "give it one value, or two names", related)
