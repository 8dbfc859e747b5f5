"""WL312: a price is of a currency."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Machines with a price in environments without `prices`, which would say of which currency."""
    for loaded in tree.project.environments.values():
        spec = loaded.spec.spec
        for number, one in enumerate(spec.instance_types):
            if one.price_per_hour is not None and spec.prices is None:
                message = f"an hour of `{one.name}` costs {one.price_per_hour:g}, but of which currency?"
                hint = "add `prices: {cpuHour: 0.04, memoryGiBHour: 0.005, currency: EUR}`"
                yield at(loaded.source, ("spec", "instanceTypes", number, "pricePerHour"), "WL312", message, hint)
