"""WL206: stages do not wait for each other in a circle."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.graph import Edge, circle, edges
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.model import Model


def check(tree: Tree) -> Iterator[Diagnostic]:
    """One finding for a model, with every edge of its circle."""
    for loaded in tree.project.models.values():
        stages = loaded.spec.spec.pipeline.stages
        found = circle(edges(loaded.spec.spec))
        # Two stages of one name are told by another rule; here they would look like a circle.
        if found and len({stage.name for stage in stages}) == len(stages):
            yield _finding(loaded, found)


def _finding(loaded: Loaded[Model], found: tuple[Edge, ...]) -> Diagnostic:
    way = "".join(f"{edge.maker} -> ({edge.dep}) -> " for edge in found) + found[0].maker
    related = tuple(
        Related(f"`{edge.user}` needs {edge.dep}, which `{edge.maker}` makes", loaded.source.place(*edge.path))
        for edge in found
    )
    hint = "take one of these deps away"
    return at(loaded.source, found[0].path, "WL206", f"the stages go in a circle: {way}", hint, related)
