"""WL308: the files of a search are its own: stages neither write them nor name them among their deps."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names
from windlass.engine.named_paths import of_model
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.workload.search import BEST, FILES


def check(tree: Tree) -> Iterator[Diagnostic]:
    """The deps and outs of every model that is tuned."""
    for loaded in tree.project.models.values():
        if loaded.spec.spec.tuning is None:
            continue
        for named in of_model(loaded):
            if named.role in ("dep", "out") and names.joined("", named.text) in FILES:
                message = f"`{named.text}` is a file of the search"
                hint = (
                    f"take it away: who uses a tuned parameter depends on `{BEST}` by itself"
                    if named.role == "dep"
                    else "write to another file"
                )
                yield at(loaded.source, named.path, "WL308", message, hint)
