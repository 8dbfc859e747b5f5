"""WL261: what is watched for data drift is a field of the requests."""

from collections.abc import Iterator

from windlass.engine.finding import at
from windlass.engine.tree import Tree
from windlass.engine.wording import clipped, meant
from windlass.model.diagnostic import Diagnostic


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Every drift check of every model, also under overlays."""
    for loaded in tree.models():
        spec = loaded.spec.spec
        if spec.monitoring is None or spec.serving is None:
            continue
        for number, one in enumerate(spec.monitoring.data_drift):
            if one.feature not in spec.serving.input:
                path = ("spec", "monitoring", "dataDrift", number, "feature")
                hint = meant(one.feature, spec.serving.input, "the fields are")
                yield at(loaded.source, path, "WL261", f"no field `{clipped(one.feature)}` in `serving.input`", hint)
