"""WL307: a search space is one range or list, holds the value that stages declare, and is of its type."""

import math
from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.lower import trials
from windlass.engine.tree import Tree
from windlass.engine.wording import listed
from windlass.model import digests
from windlass.model.diagnostic import Diagnostic, Related
from windlass.model.project import Loaded
from windlass.model.specs.dataset import Scalar
from windlass.model.specs.model import Model
from windlass.model.specs.tuning import FloatSpace, IntSpace, SearchSpace, Tuning


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every parameter of every search, and the size of grids."""
    for loaded in tree.project.models.values():
        wanted = loaded.spec.spec.tuning
        if wanted is None:
            continue
        sound = True
        for number, parameter in enumerate(wanted.parameters):
            path = ("spec", "tuning", "parameters", number, "searchSpace")
            if why := _wrong(parameter.search_space):
                sound = False
                yield at(loaded.source, path, "WL307", f"the search space of `{parameter.name}` {why[0]}", why[1])
            else:
                yield from _declared(loaded, path, parameter.name, parameter.search_space)
        if sound and wanted.algorithm == "grid":
            yield from _grid(loaded, wanted)


def _wrong(space: SearchSpace) -> tuple[str, str] | None:
    """What is wrong with a space by itself, and what to do."""
    given = [kind for kind in (space.whole, space.real, space.categorical) if kind is not None]
    if len(given) != 1:
        return ("says more than one thing" if given else "says nothing"), "one of `int`, `float` and `categorical`"
    if space.categorical is not None:
        values = [digests.canonical(value) for value in space.categorical.values]
        return None if len(values) == len(set(values)) else ("has a value twice", "each value once")
    span = space.whole or space.real
    return None if span is None else _span(span)


def _span(span: IntSpace | FloatSpace) -> tuple[str, str] | None:
    if not span.min < span.max:
        return f"goes from {span.min:g} to {span.max:g}", "`min` is smaller than `max`"
    if span.scale == "log" and span.min <= 0:
        return f"is logarithmic and begins at {span.min:g}", "a `min` above 0, or `scale: linear`"
    if span.scale == "log" and span.step is not None:
        return "is logarithmic and has a step", "take one of them away"
    if span.step is not None and span.step > span.max - span.min:
        return f"has a step of {span.step:g}, which leads out of it", "a smaller step"
    return None


def _declared(
    loaded: Loaded[Model], path: tuple[str | int, ...], name: str, space: SearchSpace
) -> Iterator[Diagnostic]:
    """The value that stages declare is the first trial, so it is one of the space."""
    for number, stage in enumerate(loaded.spec.spec.pipeline.stages):
        if name in stage.params and (why := _unfit(space, stage.params[name])):
            place = loaded.source.place("spec", "pipeline", "stages", number, "params", name)
            message = f"`{name}` is {_text(stage.params[name])} in stage `{stage.name}`, {why}"
            hint = "the declared value is the first trial: change it, or the space"
            yield at(loaded.source, path, "WL307", message, hint, (Related("it is declared", place),))
            return


def _unfit(space: SearchSpace, value: Scalar) -> str:
    """Why a value is none of the space, or nothing."""
    if space.categorical is not None:
        same = [one for one in space.categorical.values if type(one) is type(value) and one == value]
        return "" if same else f"which is none of {listed(map(_text, space.categorical.values))}"
    span = space.whole or space.real
    assert span is not None
    number = isinstance(value, int if space.whole else int | float) and not isinstance(value, bool)
    if not number:
        return f"which is no {'whole number' if space.whole else 'number'}"
    assert isinstance(value, int | float)
    return "" if span.min <= value <= span.max else f"which is not between {span.min:g} and {span.max:g}"


def _grid(loaded: Loaded[Model], wanted: Tuning) -> Iterator[Diagnostic]:
    for number, parameter in enumerate(wanted.parameters):
        if trials.size(parameter.search_space) is None:
            path = ("spec", "tuning", "parameters", number, "searchSpace")
            message = f"a grid has no end without a step for `{parameter.name}`"
            yield at(loaded.source, path, "WL307", message, "give it a `step`, or take `algorithm: random`")
    points = trials.points(wanted.parameters)
    if points is not None and points > trials.GRID_LIMIT:
        sizes = " x ".join(str(trials.size(parameter.search_space)) for parameter in wanted.parameters)
        message = f"a grid of {sizes} points is larger than {trials.GRID_LIMIT:,}"
        yield at(loaded.source, ("spec", "tuning", "algorithm"), "WL307", message, "larger steps, or `random`")


def _text(value: Scalar) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return f"{value:g}"
    return str(value).lower() if isinstance(value, bool) else str(value)
