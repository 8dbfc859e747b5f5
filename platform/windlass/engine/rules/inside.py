"""WL217: no path leaves the repository, neither in words nor by a link; and what is written stays in its own folder."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.named_paths import Named, of_dataset, of_model
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Source


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every path that a spec names."""
    for model in tree.project.models.values():
        for named in of_model(model):
            yield from _path(tree, model.source, named)
    for dataset in tree.datasets():
        for named in of_dataset(dataset):
            yield from _path(tree, dataset.source, named)


def _path(tree: Tree, source: Source, named: Named) -> Iterator[Diagnostic]:
    inside = named.inside
    if inside is None:
        hint = f"write it relative to {named.folder}"
        yield at(source, named.path, "WL217", f"`{named.text}` leaves the repository", hint)
    elif tree.fact("", inside).kind == "outside":
        hint = "put the file itself here: nobody else's clone has what the link points to"
        yield at(source, named.path, "WL217", f"`{named.text}` leaves the repository by a link", hint)
    elif named.role == "out" and not inside.startswith(f"{named.folder}/"):
        message = f"`{named.text}` is written outside of {named.folder}"
        yield at(source, named.path, "WL217", message, "write below the spec's own folder")
