"""WL305: a search is after a number that a stage writes; WL306: each parameter that it chooses has a say in that number."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names, tuning
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.model import Model, ModelSpec
from windlass.model.specs.tuning import Tuning

OBJECTIVE = ("spec", "tuning", "objective", "metric")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every model that is tuned."""
    for loaded in tree.project.models.values():
        if loaded.spec.spec.tuning is not None:
            yield from _model(loaded, loaded.spec.spec, loaded.spec.spec.tuning)


def _model(loaded: Loaded[Model], spec: ModelSpec, wanted: Tuning) -> Iterator[Diagnostic]:
    stages, metric = spec.pipeline.stages, wanted.objective.metric
    declared = [name for stage in stages for file in stage.metrics for name in file.names]
    if metric not in declared:
        hint = meant(metric, declared, "stages write")
        yield at(loaded.source, OBJECTIVE, "WL305", f"the search is after `{metric}`, which no stage writes", hint)
    params = sorted({name for stage in stages for name in stage.params})
    writer = next((n for n, stage in enumerate(stages) if any(metric in file.names for file in stage.metrics)), None)
    for number, parameter in enumerate(wanted.parameters):
        path = ("spec", "tuning", "parameters", number, "name")
        users = [stage.name for stage in stages if parameter.name in stage.params]
        if not users:
            message = f"the search chooses `{parameter.name}`, which is no param of a stage"
            yield at(loaded.source, path, "WL306", message, meant(parameter.name, params, "params are"))
        elif writer is not None and not tuning.between(edges(spec), users, stages[writer].name):
            message = f"`{parameter.name}` has no say in `{metric}`: no way leads from `{users[0]}` to `{stages[writer].name}`"
            place = loaded.source.place("spec", "pipeline", "stages", writer, "name")
            hint = "tune what the metric depends on, or take it away here"
            yield at(loaded.source, path, "WL306", message, hint, (Related("the metric is written", place),))


def edges(spec: ModelSpec) -> dict[str, frozenset[str]]:
    """Each stage with those that it waits for."""
    data = {ref.name for ref in spec.data}
    return {
        user.name: frozenset(
            maker.name
            for maker in spec.pipeline.stages
            if any(
                names.overlaps(names.joined("", out), names.joined("", dep))
                for dep in user.deps
                if dep not in data
                for out in (*maker.outs, *(file.path for file in maker.metrics))
            )
        )
        for user in spec.pipeline.stages
    }
