"""WL330: a gate that names another model can be judged: the team has it, it has that number, and both read the same data."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.engine.wording import listed, meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.model import Gate, Model


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every gate with a `model`."""
    known = tree.names("Model")
    for loaded in tree.models():
        team, own = loaded.spec.metadata.team, loaded.spec.metadata.name
        for number, gate in enumerate(loaded.spec.spec.evaluation.gates):
            if gate.model is None:
                continue
            slug = names.slug(team, gate.model)
            path = ("spec", "evaluation", "gates", number, "model")
            if slug not in known:
                others = sorted(one.partition("/")[2] for one in known if one.startswith(f"{team}/"))
                others = [name for name in others if name != own]
                message = f"gate against `{gate.model}`, which is no model of team {team}"
                yield at(loaded.source, path, "WL330", message, meant(gate.model, others, "its others are"))
            elif gate.model == own:
                message = f"gate of `{own}` against itself"
                yield at(loaded.source, path, "WL330", message, "leave `model` out: its own champion is meant then")
            elif (rival := tree.project.models.get(slug)) and (wrong := _incomparable(loaded, rival, gate)):
                yield at(loaded.source, path, "WL330", *wrong)


def _incomparable(loaded: Loaded[Model], rival: Loaded[Model], gate: Gate) -> tuple[str, str] | None:
    files = [file for stage in rival.spec.spec.pipeline.stages for file in stage.metrics]
    holding = [file for file in files if gate.metric in file.names]
    what = f"gate on `{gate.metric}` against `{gate.model}`"
    if not holding:
        declared = sorted({name for file in files for name in file.names})
        return f"{what}, which has no such metric", f"it has {listed(declared)}" if declared else "it has none"
    grouping = next(iter(gate.slice)) if gate.slice else None
    if grouping is not None and not any(grouping in file.slices for file in holding):
        return f"{what} by `{grouping}`, which it has no slices by", f"add it to the `slices` of `{rival.source.path}`"
    mine, theirs = _datasets(loaded), _datasets(rival)
    if mine != theirs:
        return f"{what}, which is judged on other data", f"it reads {listed(theirs)}, this one {listed(mine)}"
    return None


def _datasets(loaded: Loaded[Model]) -> list[str]:
    team = loaded.spec.metadata.team
    named = (ref.dataset for ref in loaded.spec.spec.data)
    return sorted({names.owned(team, name) for name in named})
