"""WL205: a model reads datasets that somebody declares."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Each `dataset` of `data`, with or without its team."""
    known = tree.names("Dataset")
    for loaded in tree.project.models.values():
        own = loaded.spec.metadata.team
        for number, ref in enumerate(loaded.spec.spec.data):
            slug = names.owned(own, ref.dataset)
            if slug not in known:
                sayable = sorted(name.removeprefix(f"{own}/") for name in known)
                path = ("spec", "data", number, "dataset")
                hint = meant(ref.dataset, sayable, "declared are")
                yield at(loaded.source, path, "WL205", f"no dataset `{ref.dataset}`", hint)
