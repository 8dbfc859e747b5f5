"""WL204: whatever a team owns, that team is declared."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import near
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.model import Model


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Models and datasets of teams without a `team.yaml`."""
    teams = tree.names("Team")
    for read in tree.documents:
        if read.source is None or not isinstance(read.spec, Model | Dataset):
            continue
        team = read.spec.metadata.team
        if team not in teams:
            guess = near(team, teams)
            hint = f"did you mean `{guess}`?" if guess else f"declare it in specs/{team}/team.yaml"
            yield at(read.source, ("metadata", "team"), "WL204", f"no team `{team}`", hint)
