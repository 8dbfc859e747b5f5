"""WL294: what a model asks of its environments, their backends can say."""

from collections.abc import Iterator
from dataclasses import replace

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model

PATH = ("spec", "serving", "minReplicas")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every model in every environment in a cluster, as its overlays make it."""
    for name, environment in sorted(tree.project.environments.items()):
        if environment.spec.spec.target.kind == "kubernetes":
            for slug, written in tree.project.models.items():
                yield from _asked(tree, name, environment, tree.overlaid.get((name, slug), written))


def _asked(tree: Tree, name: str, environment: Loaded[Environment], loaded: Loaded[Model]) -> Iterator[Diagnostic]:
    serving, backend = loaded.spec.spec.serving, environment.spec.spec.backends.serving
    known = tree.known.backends if tree.known else {}
    able = known.get(("serving", backend))
    if serving is None or able is None:
        return
    if serving.min_replicas == 0 and not able.capabilities.get("scaleToZero", False):
        others = [
            other
            for (axis, other), one in sorted(known.items())
            if axis == "serving" and one.capabilities.get("scaleToZero")
        ]
        hint = (
            f"minReplicas 1, or a backend that can: {', '.join(others)}"
            if others
            else "minReplicas 1: no backend here can"
        )
        message = f"the serving backend `{backend}` of {name} cannot scale to zero"
        yield replace(at(loaded.source, PATH, "WL294", message, hint), environments=(name,))
