"""WL253: only the head of the chain says how training runs, because nothing else trains."""

from collections.abc import Iterator

from windlass.engine.finding import at_key
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Environments that promote from another one: how steps run, and the keys to the tracker, which steps alone get."""
    for loaded in tree.project.environments.values():
        spec = loaded.spec.spec
        if spec.promotes_from is None:
            continue
        message = f"`{loaded.spec.metadata.name}` trains nothing: it promotes from `{spec.promotes_from}`"
        hint = "say it in the head of the chain, the environment without `promotesFrom`"
        if "training" in spec.model_fields_set:
            yield at_key(loaded.source, ("spec", "training"), "WL253", message, hint)
        if spec.tracking is not None and spec.tracking.secret_ref is not None:
            yield at_key(loaded.source, ("spec", "tracking", "secretRef"), "WL253", message, hint)
