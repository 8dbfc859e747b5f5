"""Who makes what in a pipeline as it is written, before anything is lowered: the edges between stages, and a circle in them."""

from collections.abc import Sequence
from dataclasses import dataclass

from windlass.engine.lower import names
from windlass.model.specs.model import ModelSpec, Stage

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """``user`` needs ``dep``, which ``maker`` makes; ``path`` is where the dep is written."""

    maker: str
    user: str
    dep: str
    path: Path


def made(stage: Stage) -> tuple[str, ...]:
    """Every path that a stage writes: outs and metrics."""
    return (*stage.outs, *(file.path for file in stage.metrics))


def edges(spec: ModelSpec) -> tuple[Edge, ...]:
    """Every dep that a stage makes, in the order of the document."""
    data = {ref.name for ref in spec.data}
    stages = spec.pipeline.stages
    return tuple(
        Edge(maker.name, user.name, dep, ("spec", "pipeline", "stages", number, "deps", place))
        for number, user in enumerate(stages)
        for place, dep in enumerate(user.deps)
        if dep not in data
        for maker in stages
        if any(names.overlaps(_clean(out), _clean(dep)) for out in made(maker))
    )


def circle(found: Sequence[Edge]) -> tuple[Edge, ...]:
    """The edges of one circle in the order in which they are walked, or none."""
    after: dict[str, list[Edge]] = {}
    for edge in found:
        after.setdefault(edge.maker, []).append(edge)
    done: set[str] = set()
    for start in after:
        way: list[Edge] = []
        stack = [iter(after[start])]
        while stack:
            following = next(stack[-1], None)
            if following is None:
                stack.pop()
                done.add(way.pop().user if way else start)
                continue
            names_on_way = [start, *(step.user for step in way)]
            if following.user in names_on_way:
                return (*way, following)[names_on_way.index(following.user) :]
            if following.user not in done:
                way.append(following)
                stack.append(iter(after.get(following.user, ())))
    return ()


def _clean(path: str) -> str:
    return names.joined("", path)
