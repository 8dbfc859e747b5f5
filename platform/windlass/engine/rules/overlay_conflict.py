"""WL228: two overlays at one level do not set the same path of one model: nothing would say which wins."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from windlass.engine.finding import at
from windlass.engine.merge import settings
from windlass.engine.overlay import LEVELS, applying
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.overlay import Overlay


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every pair of overlays that meet on a model."""
    told: set[tuple[str, str]] = set()
    for environment in tree.project.overlays:
        for slug, model in tree.project.models.items():
            for (level, one), (same, other) in combinations(applying(tree.project, environment, model.source.value), 2):
                pair = (one.source.path, other.source.path)
                shared = _shared(one, other) if level == same and pair not in told else ()
                if shared:
                    told.add(pair)
                    yield _finding(slug, LEVELS[level], one, other, shared)


def _shared(one: Loaded[Overlay], other: Loaded[Overlay]) -> tuple[str, ...]:
    first, second = settings(one.spec.spec.patch), settings(other.spec.spec.patch)
    return next((path for path in second for known in first if path[: len(known)] == known[: len(path)]), ())


def _finding(slug: str, level: str, one: Loaded[Overlay], other: Loaded[Overlay], path: Sequence[str]) -> Diagnostic:
    message = f"`{'.'.join(path)}` of {slug} is set by two overlays for a {level}"
    related = (Related("the other one", one.source.place("spec", "patch", *path)),)
    hint = "keep one, or make one of them closer to the model"
    return at(other.source, ("spec", "patch", *path), "WL228", message, hint, related)
