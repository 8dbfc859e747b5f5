"""WL225: `rehearsed` is set by `--rehearse` and stands in no file."""

from collections.abc import Iterator

from windlass.engine.finding import at_key
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """The key, whatever its value."""
    for loaded in tree.project.environments.values():
        if "rehearsed" in loaded.source.value["spec"]:
            message, hint = "`rehearsed` is not written in a file", "take it away and use `--rehearse`"
            yield at_key(loaded.source, ("spec", "rehearsed"), "WL225", message, hint)
