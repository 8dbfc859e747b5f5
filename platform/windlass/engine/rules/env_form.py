"""WL214: an environment variable has a value or refers to a secret, exactly one of them."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.model import EnvVar, ModelSpec

Path = tuple[str | int, ...]


def check(tree: Tree) -> Iterator[Diagnostic]:
    """The variables of stages and services."""
    for loaded in tree.models():
        for path, entry in variables(loaded.spec.spec):
            if (entry.value is None) == (entry.secret_key_ref is None):
                both = entry.value is not None
                words = "both a value and" if both else "neither a value nor"
                message = f"variable `{entry.name}` has {words} a secretKeyRef"
                hint = "keep one" if both else "add `value:` or `secretKeyRef:`"
                yield at(loaded.source, (*path, "name"), "WL214", message, hint)


def variables(spec: ModelSpec) -> Iterator[tuple[Path, EnvVar]]:
    """Every environment variable of a model with its path."""
    for number, stage in enumerate(spec.pipeline.stages):
        for place, entry in enumerate(stage.env):
            yield ("spec", "pipeline", "stages", number, "env", place), entry
    for place, entry in enumerate(spec.serving.env if spec.serving else ()):
        yield ("spec", "serving", "env", place), entry
