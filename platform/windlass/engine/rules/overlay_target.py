"""WL227: an overlay is for something that exists."""

from collections.abc import Iterator, Mapping

from windlass.engine.finding import at
from windlass.engine.overlay import level
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic, Severity
from windlass.model.project import Loaded
from windlass.model.specs.overlay import Overlay


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Model and team that are named; a selection that matches nothing is only a warning."""
    for overlays in tree.project.overlays.values():
        for loaded in overlays:
            yield from _target(tree, loaded)


def _target(tree: Tree, loaded: Loaded[Overlay]) -> Iterator[Diagnostic]:
    chosen = loaded.spec.spec.applies_to
    for key, name, kind in (("model", chosen.model, "Model"), ("team", chosen.team, "Team")):
        known = tree.names(kind)
        if name is not None and name not in known:
            yield at(
                loaded.source,
                ("spec", "for", key),
                "WL227",
                f"no {key} `{name}`",
                meant(name, sorted(known), "there are"),
            )
    labels = {slug: model.spec.metadata.labels for slug, model in tree.project.models.items()} | {**tree.elsewhere}
    if chosen.selector and not any(_matches(loaded, slug, held) for slug, held in labels.items()):
        message = "no model has these labels: the overlay does nothing"
        yield at(loaded.source, ("spec", "for", "selector"), "WL227", message, severity=Severity.WARNING)


def _matches(loaded: Loaded[Overlay], slug: str, labels: Mapping[str, str]) -> bool:
    team, _, name = slug.partition("/")
    return level(loaded.spec, team, name, labels) is not None
