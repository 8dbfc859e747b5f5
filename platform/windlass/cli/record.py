"""Put a receipt that `windlass apply ENV --receipt FILE` left into the environment's ledger: for a job that may write git and has
no way to the cluster. A receipt that is there already is left alone."""

import argparse
from pathlib import Path

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass record receipt.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="a receipt")


def run(arguments: argparse.Namespace) -> Exit:
    """Record and tell."""
    return screen.guarded(arguments.output, lambda: _record(arguments))


def _record(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows import record
    from windlass.views import apply as view

    ports = wiring.ports(arguments)
    receipt, fresh = record.record(ports, Path(arguments.directory, arguments.file).absolute())
    screen.data(view.recorded_json(receipt, fresh) if arguments.output == "json" else view.recorded(receipt, fresh))
    return Exit.OK
