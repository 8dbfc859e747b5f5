"""WL208: no two stages write the same path, and none writes over a file that people or Windlass write."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import names
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.model import Model

TAKEN = ("model.yaml", "dvc.yaml", "dvc.lock", "params.json")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Outs and metrics files of every model."""
    for loaded in tree.project.models.values():
        yield from _model(loaded)


def _model(loaded: Loaded[Model]) -> Iterator[Diagnostic]:
    seen: list[tuple[str, str, tuple[str | int, ...]]] = []
    for stage, path, out in written(loaded):
        clean = names.joined("", out)
        if clean in TAKEN:
            yield at(loaded.source, path, "WL208", f"stage `{stage}` writes over `{out}`", "write to another file")
        for other, before, place in seen:
            if names.overlaps(before, clean):
                message = f"`{out}` is written by stage `{stage}` and by stage `{other}`"
                related = (Related(f"stage `{other}`", loaded.source.place(*place)),)
                yield at(loaded.source, path, "WL208", message, "one path, one stage", related)
        seen.append((stage, clean, path))


def written(loaded: Loaded[Model]) -> Iterator[tuple[str, tuple[str | int, ...], str]]:
    """Stage, place and path of each thing that the pipeline writes."""
    for number, stage in enumerate(loaded.spec.spec.pipeline.stages):
        base = ("spec", "pipeline", "stages", number)
        for place, out in enumerate(stage.outs):
            yield stage.name, (*base, "outs", place), out
        for place, file in enumerate(stage.metrics):
            yield stage.name, (*base, "metrics", place, "path"), file.path
