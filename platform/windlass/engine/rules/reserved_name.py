"""WL224: an environment's name is its alias in the registry, and some names are taken."""

import re
from collections.abc import Iterator

from windlass.engine.finding import NAME, at
from windlass.engine.tree import Tree
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.environment import LOCAL


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`latest` and `v<digits>` belong to MLflow, `local` and `policies` to Windlass."""
    for loaded in tree.project.environments.values():
        name = loaded.spec.metadata.name
        reason = _taken(name)
        if reason:
            yield at(
                loaded.source, NAME, "WL224", f"no environment may be called `{name}`: {reason}", "give it another name"
            )


def _taken(name: str) -> str:
    if name == "latest" or re.fullmatch(r"v[0-9]+", name):
        return "MLflow keeps this alias for itself"
    if name == LOCAL:
        return "it is built in, and means this machine"
    if name == layout.POLICIES:
        return "this folder holds policies"
    return ""
