"""The folder in which a model is trained: exactly the declared code and the generated files, so that an undeclared import
fails here as it would anywhere else. Outputs of earlier runs stay, everything else goes.
"""

from windlass.engine.lower import names
from windlass.flows.training.material import Material, Whole
from windlass.model.workload.search import PLAN
from windlass.ports import Bench

OURS = (".dvc", "logs")
"""Folders beside the repository's own paths: the pipelines backend's state, and what stages printed."""
USED = ("dvc.yaml", "params.json", PLAN)


def fill(bench: Bench, found: Whole) -> None:
    """Make the work folder hold this material and nothing older."""
    parts = (found.model, *(material for _, material in found.datasets.values()))
    wanted = {path: data for part in parts for path, data in _files(part).items()}
    kept = {path for part in parts for path in (*part.made, part.dvc_lock)}
    for place in list(bench.files.walk(found.work)):
        relative = place.relative_to(found.work).as_posix()
        ours = relative.partition("/")[0] in OURS
        if not (ours or relative in wanted or any(names.overlaps(relative, out) for out in kept)):
            bench.files.remove(place)
    for path, data in wanted.items():
        bench.files.write(found.work / path, data)


def _files(part: Material) -> dict[str, bytes]:
    generated = {path: data for path, data in part.generated.items() if path.rpartition("/")[2] in USED}
    return {**part.code, **generated}
