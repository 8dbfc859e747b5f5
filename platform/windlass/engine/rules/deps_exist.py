"""WL207: each dep is made by a stage, or is a dataset, or lies in the repository."""

from collections.abc import Iterable, Iterator

from windlass.engine.finding import at
from windlass.engine.graph import edges, made
from windlass.engine.named_paths import Named, of_dataset, of_model
from windlass.engine.tree import Tree
from windlass.engine.wording import near
from windlass.model.diagnostic import Diagnostic
from windlass.model.workload.search import FILES


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Deps of stages, of tests and of datasets' sources. A path that leaves the repository has a rule of its own."""
    for loaded in tree.project.models.values():
        spec = loaded.spec.spec
        made_inside = {edge.path for edge in edges(spec)}
        known = [out for stage in spec.pipeline.stages for out in made(stage)] + [ref.name for ref in spec.data]
        searched = FILES if spec.tuning else ()  # naming these has a rule of its own
        for named in of_model(loaded):
            if named.path not in made_inside and named.text not in searched and _absent(tree, named):
                message = f"`{named.text}` is made by no stage and is no file"
                yield at(loaded.source, named.path, "WL207", message, _hint(named.text, known))
    for dataset in tree.datasets():
        for named in of_dataset(dataset):
            if _absent(tree, named):
                yield at(dataset.source, named.path, "WL207", f"`{named.text}` is no file", "write it, or take it away")


def _absent(tree: Tree, named: Named) -> bool:
    inside = named.inside
    return named.role in ("dep", "test") and inside is not None and tree.fact("", inside).kind == "absent"


def _hint(dep: str, known: Iterable[str]) -> str:
    guess = near(dep, known)
    return f"did you mean `{guess}`?" if guess else "write the file, or name it in the `outs` of a stage"
