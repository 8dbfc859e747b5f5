"""WL218: the files that a spec points people and servers to are there."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.named_paths import of_model
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic

WORDS = {"example": "the example request", "document": "the document"}


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Example requests and the document of intended use. Deps and requirements have rules of their own."""
    for loaded in tree.project.models.values():
        for named in of_model(loaded):
            inside = named.inside
            if named.role in WORDS and inside is not None and tree.fact("", inside).kind in ("absent", "folder"):
                message = f"{WORDS[named.role]} `{named.text}` is no file"
                yield at(loaded.source, named.path, "WL218", message, "write it, or take the entry away")
