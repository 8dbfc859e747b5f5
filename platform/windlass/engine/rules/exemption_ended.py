"""WL284: an exemption has ended. It counts no more, and says so until somebody takes it away or renews it."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Severity


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`until` of every exemption, against the day."""
    for loaded in tree.project.policies.values():
        for number, one in enumerate(loaded.spec.spec.exemptions):
            if one.until < tree.today:
                message = f"the exemption of {', '.join(one.subjects)} has ended, {one.owner} answered for it"
                path = ("spec", "exemptions", number, "until")
                hint = "it counts no more: take it away, or renew it"
                yield at(loaded.source, path, "WL284", message, hint, severity=Severity.WARNING)
