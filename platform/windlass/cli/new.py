"""Write a working start: a model with its dataset, code, locks and one example, to be changed into your own.

It validates, trains and serves as it is. Nothing that exists is overwritten."""

import argparse
from pathlib import Path

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass new model vision/digits"
NOBODY = "owner@example.org"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("what", choices=["model"], help="what to start")
    parser.add_argument("name", metavar="TEAM/NAME", help="whose it is and how it is called")


def run(arguments: argparse.Namespace) -> Exit:
    """Write, and say what."""
    return screen.guarded(arguments.output, lambda: _new(arguments))


def _new(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters import survey
    from windlass.adapters.templates import shipped
    from windlass.cli import wiring
    from windlass.flows import new

    root = survey.repository(arguments.directory) or arguments.directory
    written = new.new_model(
        wiring.reader(root), shipped("templates") / "starts" / "model", arguments.name, _owner(root)
    )
    told = f"next   windlass up {arguments.name}        then change specs/{arguments.name} into yours"
    return screen.written(arguments.output, written, told)


def _owner(root: str) -> str:
    """The person's address as git knows it; no git is no reason not to start."""
    from windlass.adapters.git import CommandGit
    from windlass.model.failure import Failure

    try:
        return CommandGit(Path(root)).user()[1] or NOBODY
    except Failure:
        return NOBODY
