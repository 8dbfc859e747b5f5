"""``windlass affected`` as a table or JSON."""

import json

from windlass.engine.affected import Affected, Paths
from windlass.views.words import table

SOME = 1


def as_text(found: Affected) -> str:
    """One row for each environment and model, with the first of the paths that concern it."""
    rows = [[name, _brief(paths)] for name, paths in (*found.environments.items(), *found.models.items())]
    return table(("affected", "because of"), rows) if rows else "no environment and no model is affected"


def as_json(found: Affected) -> str:
    """Two objects of paths by name: their keys are what a pipeline runs over."""
    return json.dumps({"environments": _plain(found.environments), "models": _plain(found.models)}, indent=2)


def _plain(paths: Paths) -> dict[str, list[str]]:
    return {name: list(several) for name, several in paths.items()}


def _brief(paths: tuple[str, ...]) -> str:
    more = len(paths) - SOME
    return ", ".join(paths[:SOME]) + (f" and {more} more" if more > 0 else "")
