"""WL219: the fields of a service can be checked and answered: arrays have a shape, limits fit their type."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.model import InputField, Output

NUMERIC = ("number", "integer")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every field of `input` and `output`."""
    for loaded in tree.project.models.values():
        serving = loaded.spec.spec.serving
        if serving is None:
            continue
        for part, fields in (("input", serving.input), ("output", serving.output)):
            if not fields:
                yield at(
                    loaded.source,
                    ("spec", "serving", part),
                    "WL219",
                    f"the service has no {part}",
                    "name at least one field",
                )
        for name, field in serving.input.items():
            for message, hint in _input(name, field):
                yield at(loaded.source, ("spec", "serving", "input", name), "WL219", message, hint)
        for name, output in serving.output.items():
            for message, hint in _output(name, output):
                yield at(loaded.source, ("spec", "serving", "output", name), "WL219", message, hint)


def _input(name: str, field: InputField) -> Iterator[tuple[str, str]]:
    lacking = [key for key, value in (("items", field.items), ("shape", field.shape)) if not value]
    if field.type == "array" and lacking:
        yield (
            f"the array `{name}` lacks {' and '.join(f'`{key}`' for key in lacking)}",
            "say `items: number, shape: [8, 8]`",
        )
    if field.type != "array" and (field.items or field.shape):
        yield f"`{name}` has `items` or `shape` and is no array", "write `type: array`"
    limits = field.minimum is not None or field.maximum is not None
    if limits and (field.items if field.type == "array" else field.type) not in NUMERIC:
        yield f"`{name}` has limits and is no number", "take them away"
    if field.minimum is not None and field.maximum is not None and field.minimum > field.maximum:
        yield f"no value of `{name}` can keep minimum {field.minimum:g} and maximum {field.maximum:g}", "swap them"


def _output(name: str, output: Output) -> Iterator[tuple[str, str]]:
    if output.reduce and output.method in ("predict", "transform"):
        yield f"`{name}` reduces over classes, which `{output.method}` does not give", "take `method: predict_proba`"
