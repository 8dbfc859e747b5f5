"""WL222: environments promote in a line from the head, never in a circle."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related


def check(tree: Tree) -> Iterator[Diagnostic]:
    """One finding for each circle, with every step of it."""
    environments = tree.project.environments
    before = {name: loaded.spec.spec.promotes_from for name, loaded in environments.items()}
    told: set[str] = set()
    for start in sorted(before):
        way: list[str] = []
        name: str | None = start
        while name in before and name not in way and name not in told:
            way.append(name)
            name = before[name]
        if name in way:
            ring = way[way.index(name) :]
            steps = " <- ".join([*ring, ring[0]])
            path = ("spec", "promotesFrom")
            related = tuple(
                Related(f"`{step}` promotes from `{before[step]}`", environments[step].source.place(*path))
                for step in ring
            )
            message, hint = (
                f"the environments promote in a circle: {steps}",
                "one of them is the head and promotes from none",
            )
            yield at(environments[ring[0]].source, path, "WL222", message, hint, related)
        told.update(way)
