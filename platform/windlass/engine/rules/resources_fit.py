"""WL293: an amount is one of its resource: `512m` of memory is half a byte, and `1Gi` are no cores."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower.quantities import number
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.model import Model, Resources

Path = tuple[str | int, ...]
LEAST_MEMORY, MOST_CORES = 1 << 20, 1024


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`resources` of stages and services, as written and as overlaid. Requests and limits cannot contradict each other: a spec
    says one amount, and `lower` makes both of it."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        for index, stage in enumerate(spec.pipeline.stages):
            yield from _amounts(loaded, ("spec", "pipeline", "stages", index, "resources"), stage.resources)
        if spec.serving is not None:
            yield from _amounts(loaded, ("spec", "serving", "resources"), spec.serving.resources)


def _amounts(loaded: Loaded[Model], path: Path, asked: Resources) -> Iterator[Diagnostic]:
    cpu, memory = asked.cpu, asked.memory
    if memory is not None and number(memory) < LEAST_MEMORY:
        hint = f"did you mean `{memory.rstrip('mkM')}Mi`?"
        yield at(loaded.source, (*path, "memory"), "WL293", f"`{memory}` is less than one MiB of memory", hint)
    if cpu is not None and number(cpu) > MOST_CORES:
        yield at(
            loaded.source,
            (*path, "cpu"),
            "WL293",
            f"`{cpu}` is more than {MOST_CORES} cores",
            "1 is a core, 500m half of one",
        )
    if cpu is not None and number(cpu) == 0:
        yield at(loaded.source, (*path, "cpu"), "WL293", "no cores at all", "1 is a core, 500m half of one")
