"""WL233: a stage has no name of Windlass's own steps; WL234: a parameter's name means one key to every engine."""

import re
from collections.abc import Iterator, Mapping

from windlass.engine.finding import at
from windlass.engine.lower import pipeline
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Source

OWN = (
    *(pipeline.TEST, pipeline.GATES, pipeline.REGISTER, pipeline.PACKAGE, pipeline.REFRESH, pipeline.REPORT),
    *("publish", "data", pipeline.PLAIN, pipeline.TOOL.name, *pipeline.SEARCH),
)
KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
"""DVC reads ``a.b`` as the key ``b`` inside ``a``; a leading underscore is kept for what Windlass writes there."""


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Stages and parameters of every model, parameters of every dataset."""
    for model in tree.project.models.values():
        checks = {f"check-{ref.name}" for ref in model.spec.spec.data}
        for number, stage in enumerate(model.spec.spec.pipeline.stages):
            path = ("spec", "pipeline", "stages", number)
            if stage.name in OWN or stage.name in checks:
                message = f"`{stage.name}` is the name of a step that Windlass takes itself"
                yield at(model.source, (*path, "name"), "WL233", message, "give the stage another name")
            yield from _keys(model.source, (*path, "params"), stage.params)
    for dataset in tree.project.datasets.values():
        yield from _keys(dataset.source, ("spec", "source", "params"), dataset.spec.spec.source.params)


def _keys(source: Source, path: tuple[str | int, ...], params: Mapping[str, object]) -> Iterator[Diagnostic]:
    for name in params:
        if not KEY.fullmatch(name):
            message = f"`{name}` is no name for a parameter"
            hint = "letters, digits and underscores, a letter first"
            yield Diagnostic("WL234", message, source.keys.get((*path, name), source.place(*path)), hint)
