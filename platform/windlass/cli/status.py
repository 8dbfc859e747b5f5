"""What runs on this machine against what is released, environment by environment. Nothing is changed."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass status --output json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", nargs="?", help="one environment (default: all used here)")


def run(arguments: argparse.Namespace) -> Exit:
    """Observe and tell."""
    return screen.guarded(arguments.output, lambda: _status(arguments))


def _status(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load, status
    from windlass.model.specs.environment import LOCAL
    from windlass.views import status as view

    ports = wiring.ports(arguments)
    project = load.require(ports)
    names = [arguments.environment] if arguments.environment else [LOCAL, *sorted(project.environments)]
    environments = [resolve.environment(project, name, rehearse=name != LOCAL) for name in names]
    found = status.status(ports, project, environments)
    screen.data(view.as_json(found) if arguments.output == "json" else view.as_text(found))
    return Exit.OK
