"""Writes the JSON Schemas of the documents, for editors and for everybody who checks YAML without Windlass."""

from pathlib import Path

from windlass.engine import schema
from windlass.ports import Files


def write(files: Files, folder: Path) -> tuple[str, ...]:
    """Write every schema into a folder; their names. What is equal is left alone."""
    made = schema.schemas()
    for name, data in made.items():
        files.write(folder / name, data)
    return tuple(made)
