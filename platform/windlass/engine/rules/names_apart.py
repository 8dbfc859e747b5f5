"""WL290: names that join a team and a model stay apart: `a/b-c` and `a-b/c` would both be `a-b-c`."""

from collections.abc import Iterator

from windlass.engine.finding import NAME, at
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Project, Source


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every name that a model or a dataset takes, in a cluster, in the registry and as a bento."""
    taken: dict[str, tuple[str, Source]] = {}
    for called, source, every in wanted(tree.project):
        clash = next((one for one in every if one in taken and taken[one][0] != called), None)
        if clash is None:
            taken |= dict.fromkeys(every, (called, source))
            continue
        other, there = taken[clash]
        message = f"{called} and {other} would both be called `{clash}`"
        related = (Related("the other one", there.place(*NAME)),)
        yield at(source, NAME, "WL290", message, "give one of them another name", related)


def wanted(project: Project) -> Iterator[tuple[str, Source, tuple[str, ...]]]:
    """Who takes names, where that is said, and the names."""
    for slug, model in project.models.items():
        meta = model.spec.metadata
        yield slug, model.source, tuple(names.name(meta.team, meta.name, part) for part in (None, *names.MODEL_PARTS))
    for slug, dataset in project.datasets.items():
        meta = dataset.spec.metadata
        yield f"dataset {slug}", dataset.source, (names.name(meta.team, meta.name, names.DATASET_PART),)
