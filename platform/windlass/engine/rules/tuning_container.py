"""WL309: the stages of a trial run in one container, so they agree on their variables and on the nodes that they run on."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import tuning
from windlass.engine.rules.tuning_leads import edges
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.model import Model

Path = tuple[str | int, ...]


def check(tree: Tree) -> Iterator[Diagnostic]:
    """The trials of every model that is tuned, as written and as overlays of an environment make them."""
    for loaded in tree.models():
        yield from _model(loaded)


def _model(loaded: Loaded[Model]) -> Iterator[Diagnostic]:
    spec = loaded.spec.spec
    if spec.tuning is None:
        return
    chosen = {parameter.name for parameter in spec.tuning.parameters}
    users = [stage.name for stage in spec.pipeline.stages if chosen & stage.params.keys()]
    metric = spec.tuning.objective.metric
    writers = [stage.name for stage in spec.pipeline.stages if any(metric in file.names for file in stage.metrics)]
    inside = tuning.between(edges(spec), users, writers[0]) if writers else frozenset()
    first: dict[str, tuple[object, str, Path]] = {}
    for number, stage in enumerate(spec.pipeline.stages):
        here: Path = ("spec", "pipeline", "stages", number)
        said: list[tuple[str, object, Path]] = [
            (f"variable `{entry.name}`", (entry.value, entry.secret_key_ref), (*here, "env", at_, "name"))
            for at_, entry in enumerate(stage.env)
        ]
        said += [
            (f"node label `{key}`", value, (*here, "placement", "nodeSelector", key))
            for key, value in stage.placement.node_selector.items()
        ]
        for what, value, path in said if stage.name in inside else ():
            known, other, place = first.setdefault(what, (value, stage.name, path))
            if known != value:
                message = f"{what} of `{stage.name}` is another than that of `{other}`, and a trial runs both in one container"
                related = (Related(f"`{other}`", loaded.source.place(*place)),)
                yield at(loaded.source, path, "WL309", message, "give it one value, or two names", related)
