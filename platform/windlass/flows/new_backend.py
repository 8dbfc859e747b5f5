"""`windlass init backend`: a backend of one's own that makes something from the first minute, with an example that says what."""

import re
from pathlib import Path

from windlass.engine import backend as reading
from windlass.engine import examples
from windlass.flows.gather import Reader
from windlass.flows.starts import filled
from windlass.model import layout
from windlass.model.backend import KINDS
from windlass.model.failure import Usage

PLACEHOLDER = re.compile(r"\[\[ (axis|name|workload) \]\]")
CASE = f"{examples.FOLDER}/first/{examples.INPUT}"


def new_backend(ports: Reader, start: Path, axis: str, name: str) -> tuple[str, ...]:
    """Write the starting files; their paths in the repository. ``axis`` has a shipped backend, whose example becomes the first
    one. Raises `Usage` (WL607) where there is one of that name already."""
    folder = f"{layout.TEMPLATES}/{axis}/{name}"
    if name in ports.templates.backends(axis) or ports.files.look(ports.root / folder).kind != "absent":
        raise Usage.one(
            "WL607", f"there is a backend `{axis}/{name}` already", "nothing was written: take another name"
        )
    values = {"axis": axis, "name": name, "workload": KINDS[axis]}
    files = dict(filled(ports.files, start, values, PLACEHOLDER))
    made = {path: data.decode() for path, data in files.items()}
    backend = reading.declared(made[reading.FILE])
    _, right = examples.check(backend, made, {CASE: _example(ports, axis)})
    for path, data in (files | right).items():
        ports.files.write(ports.root / folder / path, data)
    return tuple(sorted(f"{folder}/{path}" for path in files | right))


def _example(ports: Reader, axis: str) -> bytes:
    """A workload of the axis: the first that a backend has as its example."""
    for name in ports.templates.backends(axis):
        held = ports.templates.examples(axis, name)
        inputs = sorted(path for path in held if path.endswith(f"/{examples.INPUT}"))
        if inputs:
            return held[inputs[0]]
    raise AssertionError(f"a backend of {axis} without an example")
