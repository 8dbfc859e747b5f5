"""WL221: an environment promotes from one that exists."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.environment import LOCAL


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every `promotesFrom`."""
    known = tree.names("Environment")
    for loaded in tree.project.environments.values():
        before = loaded.spec.spec.promotes_from
        path = ("spec", "promotesFrom")
        if before == LOCAL:
            yield at(
                loaded.source, path, "WL221", "nothing is promoted from `local`", "take the key away: this one trains"
            )
        elif before is not None and before not in known:
            others = sorted(known - {loaded.spec.metadata.name})
            yield at(loaded.source, path, "WL221", f"no environment `{before}`", meant(before, others, "there are"))
