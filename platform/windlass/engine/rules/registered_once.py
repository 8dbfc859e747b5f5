"""WL291: no two models register under one name: the versions of one would be taken for those of the other."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Place, Related

PATH = ("spec", "registry", "name")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """`registry.name`, or the name that stands for it."""
    first: dict[str, tuple[str, Place]] = {}
    written = sorted(
        tree.project.models.items(), key=lambda item: (item[1].spec.spec.registry.name is not None, item[0])
    )
    for slug, loaded in written:
        chosen, registered = loaded.spec.spec.registry.name, loaded.spec.spec.registry.of(slug)
        if registered not in first:
            first[registered] = (slug, loaded.source.place(*(PATH if chosen else ("metadata", "name"))))
        elif chosen is not None:  # two names that are made are told as such (WL290)
            other, place = first[registered]
            message = f"{slug} would register as `{registered}`, as {other} does"
            yield at(loaded.source, PATH, "WL291", message, "give it a name of its own", (Related("there", place),))
