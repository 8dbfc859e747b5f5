"""WL226: an overlay does not touch what training hashes or what callers rely on: what is promoted is what was trained."""

from collections.abc import Iterator
from typing import Any

from windlass.engine.finding import at_key
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic

Path = tuple[str | int, ...]
FREE = ("rollout", "monitoring", "logging", "retraining")
CONTRACT = ("input", "output", "examples")
STAGE = ("name", "resources", "placement")
HINT = (
    "overlays may set resources and placement of stages, gates, serving (not its contract), rollout, monitoring, logging, "
    "retraining"
)


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every path that a patch sets."""
    for overlays in tree.project.overlays.values():
        for loaded in overlays:
            for path, why in _beyond(loaded.spec.spec.patch):
                message = f"an overlay may not set `{_dotted(loaded.source.value['spec']['patch'], path)}`: {why}"
                yield at_key(loaded.source, ("spec", "patch", *path), "WL226", message, HINT)


def _beyond(patch: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for key, value in patch.items():
        if key in FREE:
            continue
        if key in ("serving", "evaluation", "pipeline") and isinstance(value, dict):
            yield from _part(key, value)
        else:
            yield (key,), "it belongs to the model, not to an environment"


def _part(part: str, patch: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    for key, value in patch.items():
        if part == "serving" and key in CONTRACT:
            yield (part, key), "callers rely on it in every environment"
        elif part == "pipeline" and key == "stages" and isinstance(value, list):
            yield from _stages(value)
        elif part == "pipeline" or (part == "evaluation" and key != "gates"):
            yield (part, key), "what is promoted is what was trained"


def _stages(stages: list[Any]) -> Iterator[tuple[Path, str]]:
    for number, stage in enumerate(stages):
        for key in stage if isinstance(stage, dict) else ():
            if key not in STAGE:
                yield ("pipeline", "stages", number, key), "what is promoted is what was trained"


def _dotted(patch: Any, path: Path) -> str:
    """The path with the names of list items: ``pipeline.stages[train].params``."""
    words = ""
    for step in path:
        patch = patch[step]
        words += f"[{patch.get('name', step)}]" if isinstance(step, int) else f".{step}"
    return words.lstrip(".")
