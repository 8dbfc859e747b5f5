"""WL203: one kind, one name, one document."""

from collections.abc import Iterator

from windlass.engine.finding import NAME, at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.metadata import TeamMetadata
from windlass.model.project import Source


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Two documents of one kind that call themselves the same."""
    first: dict[tuple[str, ...], Source] = {}
    for read in tree.documents:
        if read.spec is None or read.source is None or read.home is None:
            continue
        meta = read.spec.metadata
        team = meta.team if isinstance(meta, TeamMetadata) else ""
        key = (read.spec.kind, read.home.environment or "", team, meta.name)
        if key in first:
            message = f"a second {read.spec.kind} `{f'{team}/' if team else ''}{meta.name}`"
            related = (Related("the first one", first[key].place(*NAME)),)
            yield at(read.source, NAME, "WL203", message, "give one of them another name", related)
        first.setdefault(key, read.source)
