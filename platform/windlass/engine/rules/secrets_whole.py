"""WL311: keys of secrets, where a platform takes secrets whole, become one secret that somebody has to make there."""

from collections.abc import Iterator
from dataclasses import replace

from windlass.engine.finding import at
from windlass.engine.lower.managed import secret_name
from windlass.engine.tree import Tree
from windlass.engine.wording import listed
from windlass.model.diagnostic import Diagnostic, Severity
from windlass.model.project import Loaded
from windlass.model.specs.model import Model

PATH = ("spec", "serving", "env")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Services with references to secrets, in environments whose serving backend says `secrets: [whole]`."""
    for name, environment in sorted(tree.project.environments.items()):
        known = tree.known.backends if tree.known else {}
        backend = known.get(("serving", environment.spec.spec.backends.serving))
        if backend is not None and backend.capabilities.get("secrets") == ("whole",):
            for slug, written in tree.project.models.items():
                yield from _told(backend.name, name, tree.overlaid.get((name, slug), written))


def _told(backend: str, name: str, loaded: Loaded[Model]) -> Iterator[Diagnostic]:
    serving, meta = loaded.spec.spec.serving, loaded.spec.metadata
    refs = [one for one in serving.env if one.secret_key_ref] if serving else []
    if refs:
        keys = listed(one.name for one in refs)
        message = (
            f"`{backend}` takes secrets whole: {name} needs one `{secret_name(meta.team, meta.name, name)}` with {keys}"
        )
        hint = "make it there with exactly these keys; the rendered file says where each value is kept"
        found = at(loaded.source, PATH, "WL311", message, hint, severity=Severity.INFO)
        yield replace(found, environments=(name,))
