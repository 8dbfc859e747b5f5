"""WL295: what a release needs of today's documents is there: its team, and the datasets that it was trained on."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every release under `environments/`. Who asks later on which data a model was trained must find its conditions."""
    teams, datasets = tree.names("Team"), tree.names("Dataset")
    for (environment, slug), loaded in tree.project.releases.items():
        team = loaded.spec.metadata.team
        if team not in teams:
            message = f"{environment} serves {slug}, and team `{team}` is gone"
            yield at(
                loaded.source, ("metadata", "team"), "WL295", message, "a team stays as long as it serves anything"
            )
        for number, pin in enumerate(loaded.spec.spec.pin.data):
            dataset = names.owned(team, pin.dataset)
            if dataset not in datasets:
                message = f"{environment} serves {slug}, which was trained on dataset `{dataset}`, and that is gone"
                hint = "a dataset stays as long as a release names it"
                yield at(loaded.source, ("spec", "pin", "data", number, "dataset"), "WL295", message, hint)
