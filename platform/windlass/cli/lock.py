"""Pin each model's and dataset's requirements by hash, render beside the code what is made of a spec (dvc.yaml, params.json,
.gitignore), and make the interpreters. What is as it must be is left alone; commit what is written."""

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
    from windlass.flows import load, lock
    from windlass.views import lock as view

    ports = wiring.ports(arguments)
    if arguments.model:
        project, loaded = load.require_model(ports, arguments.model, "", generated=False)
        rows = lock.lock(ports, project, (loaded.spec.metadata.slug,), arguments.upgrade)
    else:
        rows = lock.lock(ports, load.require(ports, generated=False), None, arguments.upgrade)
    screen.data(view.as_json(rows) if arguments.output == "json" else view.as_text(rows))
    return Exit.OK
