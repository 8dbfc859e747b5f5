"""WL202: a document says the names that its folders give, so that a path tells what is in it."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Name and team against the path."""
    for read in tree.documents:
        meta = read.source.value.get("metadata") if read.source else None
        if read.home is None or read.source is None or not isinstance(meta, dict):
            continue
        for key, expected in (("name", read.home.name), ("team", read.home.team)):
            said = meta.get(key)
            if expected is not None and isinstance(said, str) and said != expected:
                message = f"the {key} is `{said}`, the path says `{expected}`"
                hint = f"write {expected}, or rename the {'file' if read.home.environment and not read.home.team else 'folder'}"
                yield at(read.source, ("metadata", key), "WL202", message, hint)
