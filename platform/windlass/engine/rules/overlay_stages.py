"""WL227: the stages that an overlay is for exist."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.overlay import Overlay


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Stages named by overlays for one model."""
    for overlays in tree.project.overlays.values():
        for loaded in overlays:
            yield from _stages(tree, loaded)


def _stages(tree: Tree, loaded: Loaded[Overlay]) -> Iterator[Diagnostic]:
    pipeline = loaded.spec.spec.patch.get("pipeline")
    stages = pipeline.get("stages") if isinstance(pipeline, dict) else None
    model = tree.project.models.get(loaded.spec.spec.applies_to.model or "")
    if model is None or not isinstance(stages, list):
        return
    known = [stage.name for stage in model.spec.spec.pipeline.stages]
    for number, stage in enumerate(stages):
        name = stage.get("name") if isinstance(stage, dict) else None
        if name not in known:
            path = ("spec", "patch", "pipeline", "stages", number, "name")
            message = f"no stage `{name}` in {model.spec.metadata.slug}"
            yield at(loaded.source, path, "WL227", message, meant(str(name), known, "there are"))
