"""WL235: a folder that looks like a model's or a dataset's, without the document that says so. Windlass would pass it over in
silence, and somebody who renamed a file, or forgot one in a commit, would not hear of it.
"""

from collections.abc import Iterable

from windlass.engine.homes import PLACES
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic, Place, Severity

SIGNS = ("dvc.yaml", "dvc.lock", "params.json", "requirements.lock")
"""What Windlass and DVC write beside a spec, and nobody else."""


def leftovers(names: Iterable[str]) -> list[Diagnostic]:
    """A warning for each such folder. ``names`` are all files and links below `specs/`, of which others than these signs and
    documents may be left out."""
    every = sorted(names)
    held: dict[str, list[str]] = {}
    for name in every:
        folder, _, file = name.rpartition("/")
        held.setdefault(folder, []).append(file)
    found = []
    for folder, files in held.items():
        kind = _kind(folder)
        signs = [file for file in files if file in SIGNS]
        if kind and signs and not any(file.partition(".")[0] == kind.lower() for file in files):
            document = PLACES[kind].rpartition("/")[2]
            hint = f"write {document}, or delete the folder: without a spec nothing in it is checked or trained"
            message = f"files of a {kind.lower()} ({', '.join(signs)}) and no {document}"
            found.append(Diagnostic("WL235", message, Place(f"{folder}/{document}"), hint, Severity.WARNING))
    return found


def _kind(folder: str) -> str:
    match folder.split("/"):
        case [layout.SPECS, _, "datasets", _]:
            return "Dataset"
        case [layout.SPECS, _, name] if name != "datasets":
            return "Model"
    return ""
