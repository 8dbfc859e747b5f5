"""WL207: each dep is made by a stage, or is a dataset, or lies in the repository."""

from collections.abc import Iterable, Iterator

from windlass.engine.finding import at
from windlass.engine.graph import edges, made
from windlass.engine.tree import Tree
from windlass.engine.wording import near
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.model import Model


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Deps of stages, of tests and of datasets' sources."""
    for loaded in tree.project.models.values():
        made_inside = {edge.path for edge in edges(loaded.spec.spec)}
        for path, dep in _deps(loaded):
            if path not in made_inside and tree.fact(loaded.source.folder, dep).kind == "absent":
                known = [out for stage in loaded.spec.spec.pipeline.stages for out in made(stage)]
                known += [ref.name for ref in loaded.spec.spec.data]
                yield at(loaded.source, path, "WL207", f"`{dep}` is made by no stage and is no file", _hint(dep, known))
    for dataset in tree.datasets():
        for number, dep in enumerate(dataset.spec.spec.source.deps):
            if tree.fact(dataset.source.folder, dep).kind == "absent":
                yield at(dataset.source, ("spec", "source", "deps", number), "WL207", f"`{dep}` is no file", "write it, or take it away")


def _deps(loaded: Loaded[Model]) -> Iterator[tuple[tuple[str | int, ...], str]]:
    spec = loaded.spec.spec
    data = {ref.name for ref in spec.data}
    for number, stage in enumerate(spec.pipeline.stages):
        for place, dep in enumerate(stage.deps):
            if dep not in data:
                yield ("spec", "pipeline", "stages", number, "deps", place), dep
    for place, dep in enumerate(spec.tests.deps if spec.tests else ()):
        yield ("spec", "tests", "deps", place), dep


def _hint(dep: str, known: Iterable[str]) -> str:
    guess = near(dep, known)
    return f"did you mean `{guess}`?" if guess else "write the file, or name it in the `outs` of a stage"
