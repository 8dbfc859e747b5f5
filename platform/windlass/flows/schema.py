"""Writes the JSON Schemas of the documents, for editors and for everybody who checks YAML without Windlass."""

import inspect
from pathlib import Path

from windlass.engine import schema
from windlass.flows import backends
from windlass.model.failure import Findings
from windlass.ports import Files, Templates


def schemas(files: Files, templates: Templates) -> dict[str, bytes]:
    """File name to schema. Raises `Findings` where a backend of the repository's own cannot be read."""
    found, wrong = backends.every(templates)
    if wrong:
        raise Findings(wrong)
    modules = sorted({Path(inspect.getfile(kind)) for kind in (*schema.KINDS, *schema.PARTS)})
    texts = ((files.read(path) or b"").decode("utf-8") for path in modules)
    return schema.schemas(texts, (one.backend for one in found))


def write(files: Files, templates: Templates, folder: Path) -> tuple[str, ...]:
    """Write every schema into a folder; the names of those that were not there so. What is equal is left alone."""
    made = schemas(files, templates)
    changed = tuple(name for name, data in made.items() if files.read(folder / name) != data)
    for name in changed:
        files.write(folder / name, made[name])
    return changed
