"""WL201: a document lies where its kind lives."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.homes import PLACES
from windlass.engine.tree import Read, Tree
from windlass.model.diagnostic import Diagnostic, Place


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Files with another ending or in the wrong folder, and kinds that live elsewhere."""
    for read in tree.documents:
        kind = read.source.value.get("kind") if read.source else None
        if read.home is None:
            yield _homeless(read, kind)
        elif read.source and isinstance(kind, str) and kind in PLACES and kind != read.home.kind:
            message = f"a {kind} does not live here: this is the place of a {read.home.kind}"
            yield at(read.source, ("kind",), "WL201", message, f"move it to {PLACES[kind]}")


def _homeless(read: Read, kind: object) -> Diagnostic:
    message = f"no document lives at `{read.path}`"
    if read.path.endswith(".yml"):
        return Diagnostic("WL201", message, Place(read.path), "rename it: the ending is .yaml")
    hint = (
        f"a {kind} lives at {PLACES[kind]}"
        if isinstance(kind, str) and kind in PLACES
        else "see `windlass explain WL201`"
    )
    return Diagnostic("WL201", message, Place(read.path), hint)
