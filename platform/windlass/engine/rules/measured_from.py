"""WL265: whoever measures services may reach them."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Severity


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Clusters with a monitoring backend whose services answer to their own namespace alone."""
    for loaded in tree.project.environments.values():
        name, spec = loaded.spec.metadata.name, loaded.spec.spec
        backend = spec.backends.monitoring
        if backend and spec.target.kind == "kubernetes" and not spec.network.ingress_from:
            message = f"services of `{name}` answer to no other namespace, so `{backend}` can measure none of them"
            hint = "name the namespace that it runs in: `network: {ingressFrom: [monitoring]}`"
            place = ("spec", "backends", "monitoring")
            yield at(loaded.source, place, "WL265", message, hint, severity=Severity.WARNING)
