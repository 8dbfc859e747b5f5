"""WL314: a schedule of retraining has a clock: the pipelines backend of the head of the chain."""

from collections.abc import Iterator
from dataclasses import replace

from windlass.engine import commands, resolve
from windlass.engine.finding import at_key
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Severity


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Models with `retraining` under the overlays of the head, where its backend says no `schedules`."""
    head = resolve.head(tree.project)
    if head is None or tree.known is None:
        return
    backend = tree.known.backends.get(("pipelines", tree.project.environments[head].spec.spec.backends.pipelines))
    if backend is None or backend.capabilities.get("schedules"):
        return
    for slug, written in sorted(tree.project.models.items()):
        loaded = tree.overlaid.get((head, slug), written)
        if loaded.spec.spec.retraining is not None:
            message = f"nothing starts this by itself: `{backend.name}`, which trains for {head}, has no clock"
            start = commands.plain(False, f"train {slug} --env {head}")
            hint = f"`backends: {{pipelines: argo}}` in {head} has one; else start `{start}` by yours"
            found = at_key(loaded.source, ("spec", "retraining"), "WL314", message, hint)
            yield replace(found, severity=Severity.WARNING, environments=(head,))
