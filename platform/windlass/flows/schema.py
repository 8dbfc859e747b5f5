"""Writes the JSON Schemas of the documents, for editors and for everybody who checks YAML without Windlass."""

import inspect
from pathlib import Path

from windlass.engine import schema
from windlass.ports import Files


def schemas(files: Files) -> dict[str, bytes]:
    """File name to schema."""
    modules = sorted({Path(inspect.getfile(kind)) for kind in (*schema.KINDS, *schema.PARTS)})
    return schema.schemas((files.read(path) or b"").decode("utf-8") for path in modules)


def write(files: Files, folder: Path) -> tuple[str, ...]:
    """Write every schema into a folder; their names. What is equal is left alone."""
    made = schemas(files)
    for name, data in made.items():
        files.write(folder / name, data)
    return tuple(made)
