"""WL271: where Windlass makes a namespace for each team, the pattern of namespaces tells teams apart."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import listed
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Environments with a tenancy backend, as soon as there are two teams."""
    teams = sorted(tree.names("Team"))
    for loaded in tree.project.environments.values():
        spec = loaded.spec.spec
        pattern = spec.target.namespace
        if spec.backends.tenancy is not None and pattern and "{team}" not in pattern and len(teams) > 1:
            message = f"all teams get the namespace `{pattern}`, but `tenancy` makes one for each"
            hint = f'say where the team stands: "{pattern}-{{team}}"; there are {listed(teams)}'
            yield at(loaded.source, ("spec", "target", "namespace"), "WL271", message, hint)
