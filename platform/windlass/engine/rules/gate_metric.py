"""WL212: a gate judges a metric that a stage declares, so that a typing error is found without a run."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import listed, near
from windlass.model.diagnostic import Diagnostic, Related


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every gate's metric against the names of all metrics files."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        declared = {
            name: (stage.name, number)
            for number, stage in enumerate(spec.pipeline.stages)
            for file in stage.metrics
            for name in file.names
        }
        for number, gate in enumerate(spec.evaluation.gates):
            if gate.metric in declared:
                continue
            guess = near(gate.metric, declared)
            stages = sorted({at for _, at in declared.values()})
            related = tuple(
                Related("the stage is declared", loaded.source.place("spec", "pipeline", "stages", at, "name"))
                for at in stages
            )
            hint = f"did you mean `{guess}`?" if guess else _declared(declared)
            path = ("spec", "evaluation", "gates", number, "metric")
            yield at(loaded.source, path, "WL212", f"gate on `{gate.metric}`, which no stage writes", hint, related)


def _declared(declared: dict[str, tuple[str, int]]) -> str:
    stages = sorted({stage for stage, _ in declared.values()})
    if not stages:
        return "no stage declares metrics: add `metrics: [{path: metrics.json, names: [...]}]`"
    return f"`{stages[0]}` declares {listed(declared)}" if len(stages) == 1 else f"declared are {listed(declared)}"
