"""WL292: the namespaces of an environment are valid, and each is one team's in one environment."""

import re
from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import cluster
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment

LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
RESERVED = "kube-"
PATH = ("spec", "target", "namespace")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """What `target.namespace` makes of every team, over all environments of one cluster; of files, which somebody else takes to a
    cluster that nobody names here, each environment by itself, where `tenancy` makes the namespaces."""
    taken: dict[tuple[str | None, str], tuple[str, Loaded[Environment]]] = {}
    for name, loaded in sorted(tree.project.environments.items()):
        spec = loaded.spec.spec
        files = spec.target.kind == "files" and spec.backends.tenancy is not None
        if spec.target.kind != "kubernetes" and not files:
            continue
        cluster_of = f"files of {name}" if files else spec.target.context
        for team in sorted(tree.project.teams):
            namespace = cluster.namespace(loaded.spec, team)
            wrong = _wrong(namespace)
            if wrong:
                yield at(
                    loaded.source, PATH, "WL292", f"the namespace of team `{team}` would be `{namespace}`: {wrong}"
                )
                break
            owner, there = taken.setdefault((cluster_of, namespace), (f"team `{team}` in {name}", loaded))
            if owner != f"team `{team}` in {name}":
                message = f"team `{team}` in {name} would share the namespace `{namespace}` with {owner}"
                hint = "say `{team}` and the environment in it: ml-{team}-" + name
                yield at(loaded.source, PATH, "WL292", message, hint, (Related("there", there.source.place(*PATH)),))
                break


def _wrong(namespace: str) -> str:
    if len(namespace) > 63:
        return f"that is {len(namespace)} characters, at most 63 are allowed"
    if not LABEL.fullmatch(namespace):
        return "it must start and end with a letter or a digit"
    return f"what starts with `{RESERVED}` belongs to Kubernetes" if namespace.startswith(RESERVED) else ""
