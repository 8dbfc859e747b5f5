"""WL262: a drift check can be made: owners are told before somebody must act, a test fits its field, each is asked for once."""

from collections import Counter
from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.model.diagnostic import Diagnostic
from windlass.model.specs.model import Serving
from windlass.model.specs.monitoring import DriftCheck

WORDS = ("string", "boolean")


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every drift check of every model, also under overlays."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        checks = spec.monitoring.data_drift if spec.monitoring else ()
        seen: Counter[tuple[str, str]] = Counter()
        for number, one in enumerate(checks):
            seen[one.feature, one.test] += 1
            twice = seen[one.feature, one.test] == 2
            for message, hint in _wrong(one, spec.serving, twice):
                yield at(loaded.source, ("spec", "monitoring", "dataDrift", number), "WL262", message, hint)


def _wrong(one: DriftCheck, serving: Serving | None, twice: bool) -> Iterator[tuple[str, str]]:
    what = f"the drift check of `{one.feature}`"
    if one.fail <= 0:
        yield f"{what} fails above {one.fail:g}, which is always so", "a distance of 0.2 is usual for psi"
    if one.test == "ks" and one.fail >= 1:
        yield f"{what} fails above {one.fail:g}, which ks never reaches", "it lies between 0 and 1"
    if one.warn is not None and one.warn >= one.fail:
        yield f"{what} warns above {one.warn:g} and fails above {one.fail:g} already", "swap them"
    if not int(one.window[:-1]):
        yield f"{what} has an empty window", "write `window: 1d`"
    field = serving.input.get(one.feature) if serving else None
    if one.test == "ks" and field and (field.items or field.type) in WORDS:
        yield f"{what} compares by ks, which takes numbers alone", "write `test: psi`"
    if twice:
        yield f"{what} by {one.test} is there twice", "take one away"
