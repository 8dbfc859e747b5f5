"""Pin each model's and dataset's requirements by hash, render dvc.yaml, params.json and .gitignore beside the code, and make
the interpreters. What is as it must be is left alone; commit what is written."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass lock vision/digits --upgrade"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument(
        "model", metavar="TEAM/MODEL", nargs="?", help="only this model and its datasets (default: all)"
    )
    parser.add_argument("--upgrade", action="store_true", help="resolve anew, to the newest versions that still fit")


def run(arguments: argparse.Namespace) -> Exit:
    """Lock, and tell."""
    return screen.guarded(arguments.output, lambda: _lock(arguments))


def _lock(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load, lock
    from windlass.views import lock as view

    ports = wiring.ports(arguments)
    project = load.require(ports, generated=False)
    chosen = None
    if arguments.model:
        chosen = (resolve.model(project, arguments.model, wiring.standing(arguments, ports.root)).spec.metadata.slug,)
    rows = lock.lock(ports, project, chosen, arguments.upgrade)
    screen.data(view.as_json(rows) if arguments.output == "json" else view.as_text(rows))
    return Exit.OK
