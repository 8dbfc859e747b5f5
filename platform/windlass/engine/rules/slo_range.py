"""WL260: a promise can be kept and can be broken: availability leaves a budget, latencies grow with the share that they promise."""

from collections.abc import Iterator
from itertools import pairwise

from windlass.engine.finding import at
from windlass.engine.lower.objectives import latencies
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.monitoring import Slo

LOWEST = 90
"""Below it, no burn rate of the short windows could be reached: 14.4 times a budget of 10 percent is more than everything."""
LONGEST = 60_000
"""Milliseconds after which the server itself gives up."""


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every objective of every model, also under overlays."""
    for loaded in tree.models():
        if loaded.spec.spec.monitoring:
            for name, message, hint in _wrong(loaded.spec.spec.monitoring.slo):
                yield at(loaded.source, ("spec", "monitoring", "slo", name), "WL260", message, hint)


def _wrong(slo: Slo) -> Iterator[tuple[str, str, str]]:
    percent = slo.availability
    if percent is not None and percent >= 100:
        yield "availability", f"an availability of {percent:g} percent leaves no budget", "write 99.9, or what is true"
    elif percent is not None and percent < LOWEST:
        hint = f"it is in percent: write {100 * percent:g}" if LOWEST <= 100 * percent < 100 else "write 99.9"
        yield "availability", f"an availability of {percent:g} percent is below {LOWEST}", hint
    promised = latencies(slo)
    for name, millis in promised:
        if not 0 < millis <= LONGEST:
            yield name, f"{name} is {millis} ms", "a service answers within 1ms and 60s, or not at all"
    for (lower, short), (higher, long) in pairwise(promised):
        if short > long:
            message = f"{higher} is {long} ms and {lower} {short} ms, though {higher} covers more answers"
            yield higher, message, "swap them"
