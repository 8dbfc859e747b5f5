"""Draws the points of a search: the same ones on every machine and in every version of Python.

Chance is sha256 of `<seed>/<draw>/<parameter>`, read as a fraction of 2**256; numbers are made of it in decimal arithmetic,
whose logarithm and power are rounded correctly everywhere, unlike those of a C library. Draws are independent of how many
there will be, so more trials keep the first ones.
"""

import hashlib
import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, localcontext

from windlass.model import digests
from windlass.model.specs.dataset import Scalar
from windlass.model.specs.tuning import FloatSpace, IntSpace, SearchSpace, TunedParameter, Tuning

Point = dict[str, Scalar]

ARITHMETIC = Context(prec=40, rounding=ROUND_HALF_EVEN)
FINE = 6
"""Digits of a drawn number: of the span of its range, or its own on a logarithmic scale."""
GRID_LIMIT = 10_000
"""Points of a grid that are put in order."""
MISSES = 200
"""Draws in a row that bring nothing new: then most of a finite space was tried, and what is left is taken in order."""


def trials(tuning: Tuning, declared: Mapping[str, Scalar]) -> tuple[Point, ...]:
    """The points in the order in which they are tried, none twice: first the values that stages declare, then what the
    algorithm makes of the seed. A space with fewer points than trials gives them all. Each space must fit its parameter."""
    first = {one.name: _declared(one.search_space, declared[one.name]) for one in tuning.parameters}
    found: dict[bytes, Point] = {digests.canonical(first): first}
    with localcontext(ARITHMETIC):
        for point in _random(tuning, found) if tuning.algorithm == "random" else _grid(tuning):
            if len(found) == tuning.max_trials:
                break
            found.setdefault(digests.canonical(point), point)
    return tuple(found.values())[: tuning.max_trials]


def size(space: SearchSpace) -> int | None:
    """How many values a space has; None where they cannot be counted."""
    if space.categorical is not None:
        return len(space.categorical.values)
    if space.whole is not None:
        return (space.whole.max - space.whole.min) // (space.whole.step or 1) + 1
    if space.real is not None and space.real.step is not None:
        with localcontext(ARITHMETIC):
            return _steps(space.real, space.real.step) + 1
    return None


def points(parameters: Sequence[TunedParameter]) -> int | None:
    """How many points a search has; None where they cannot be counted."""
    sizes = [size(parameter.search_space) for parameter in parameters]
    return None if None in sizes else math.prod(one for one in sizes if one is not None)


def drawn(space: SearchSpace, chance: int) -> Scalar:
    """One value of a space; ``chance`` is a number below 2**256."""
    if space.categorical is not None:
        return space.categorical.values[_below(chance, len(space.categorical.values))]
    if space.whole is not None:
        return _integer(space.whole, chance)
    assert space.real is not None
    return _number(space.real, chance)


def _random(tuning: Tuning, found: Mapping[bytes, Point]) -> Iterator[Point]:
    """Draw after draw; ``found`` are the points that are taken by now."""
    misses = 0
    for draw in itertools.count():
        if misses == MISSES:
            break
        point = {
            parameter.name: drawn(parameter.search_space, _chance(f"{tuning.seed}/{draw}/{parameter.name}"))
            for parameter in tuning.parameters
        }
        misses = misses + 1 if digests.canonical(point) in found else 0
        yield point
    if (whole := points(tuning.parameters)) is not None and whole <= GRID_LIMIT:
        yield from _grid(tuning)


def _grid(tuning: Tuning) -> Iterator[Point]:
    """Every point of a finite space, in the order of the digests that the seed gives them: a part of it is a fair sample."""
    names = [parameter.name for parameter in tuning.parameters]
    every = itertools.product(*(_values(parameter.search_space) for parameter in tuning.parameters))
    made = [dict(zip(names, combination, strict=True)) for combination in every]
    yield from sorted(made, key=lambda point: _chance(f"{tuning.seed}/{digests.canonical(point).decode()}"))


def _declared(space: SearchSpace, declared: Scalar) -> Scalar:
    """A declared value as its space says values: `1` is a number, too."""
    return float(declared) if space.real is not None else declared


def _values(space: SearchSpace) -> Sequence[Scalar]:
    if space.categorical is not None:
        return space.categorical.values
    if space.whole is not None:
        return range(space.whole.min, space.whole.max + 1, space.whole.step or 1)
    assert space.real is not None
    assert space.real.step is not None
    return [_stepped(space.real, space.real.step, index) for index in range(_steps(space.real, space.real.step) + 1)]


def _integer(space: IntSpace, chance: int) -> int:
    if space.scale == "log":
        # Each number stands for what is rounded to it: the ends get as much of the scale as their neighbours.
        half = Decimal("0.5")
        drawn = _along(Decimal(space.min) - half, Decimal(space.max) + half, chance)
        return min(max(int((drawn + half).to_integral_value(ROUND_FLOOR)), space.min), space.max)
    step = space.step or 1
    return space.min + step * _below(chance, (space.max - space.min) // step + 1)


def _number(space: FloatSpace, chance: int) -> float:
    if space.step is not None:
        return _stepped(space, space.step, _below(chance, _steps(space, space.step) + 1))
    low, high = _exact(space.min), _exact(space.max)
    if space.scale == "log":
        found = _along(low, high, chance)
        quantum = Decimal(1).scaleb(found.adjusted() - FINE + 1)
    else:
        found = low + (high - low) * _fraction(chance)
        quantum = Decimal(1).scaleb((high - low).adjusted() - FINE)
    return float(min(max(found.quantize(quantum), low), high))


def _along(low: Decimal, high: Decimal, chance: int) -> Decimal:
    """Between two positive numbers, evenly on a logarithmic scale."""
    return (low.ln() + (high.ln() - low.ln()) * _fraction(chance)).exp()


def _stepped(space: FloatSpace, step: float, index: int) -> float:
    return float(_exact(space.min) + index * _exact(step))


def _steps(space: FloatSpace, step: float) -> int:
    return int((_exact(space.max) - _exact(space.min)) // _exact(step))


def _exact(number: float) -> Decimal:
    """A number as it is written, not as a binary computer rounds it."""
    return Decimal(repr(number))


def _chance(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest())


def _below(chance: int, count: int) -> int:
    return chance * count >> 256


def _fraction(chance: int) -> Decimal:
    return Decimal(chance) / Decimal(1 << 256)
