"""Write the JSON Schemas of specs and environments to schemas/, for editors: with the options of every backend, also your own.

The first line of each YAML file names its schema; editors then complete and check while you type."""

import argparse
import json

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass schema"
FOLDER = "schemas"


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments but the common ones."""


def run(arguments: argparse.Namespace) -> Exit:
    """Write, and say what."""
    return screen.guarded(arguments.output, lambda: _schema(arguments))


def _schema(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters import survey
    from windlass.cli import wiring
    from windlass.flows import schema

    ports = wiring.reader(survey.repository(arguments.directory) or arguments.directory)
    changed = [f"{FOLDER}/{name}" for name in schema.write(ports.files, ports.templates, ports.root / FOLDER)]
    if arguments.output == "json":
        screen.data(json.dumps({"exitCode": 0, "files": changed}, indent=2))
        return Exit.OK
    screen.data("\n".join(f"~ {path}" for path in changed))
    screen.talk("" if changed else f"{FOLDER}/ says what the specs may say: nothing to do")
    return Exit.OK
