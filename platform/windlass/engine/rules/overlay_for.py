"""WL229: an overlay is for a model, a team or a selection, exactly one of them."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`for` of every overlay."""
    for overlays in tree.project.overlays.values():
        for loaded in overlays:
            chosen = loaded.spec.spec.applies_to
            given = [value for value in (chosen.model, chosen.team, chosen.selector) if value is not None]
            if len(given) != 1:
                message = f"`for` names {'several things' if given else 'nothing'}"
                yield at(loaded.source, ("spec", "for"), "WL229", message, "give exactly one of model, team, selector")
