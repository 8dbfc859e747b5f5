"""What runs against what is released: on this machine, environment by environment; or in the cluster that an environment goes to.
Nothing is changed."""

import argparse

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass status --output json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument(
        "environment", metavar="ENV", nargs="?", help="one environment (default: all used on this machine)"
    )
    parser.add_argument("--rehearse", action="store_true", help="the environment as it is rehearsed on this machine")


def run(arguments: argparse.Namespace) -> Exit:
    """Observe and tell."""
    return screen.guarded(arguments.output, lambda: _status(arguments))


def _status(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import targets, wiring
    from windlass.flows import known, status
    from windlass.views import status as view

    ports = wiring.ports(arguments)
    what = known.known(ports)
    if arguments.environment:
        environments = [known.target(what, arguments.environment, arguments.rehearse)]
    else:
        environments = [known.environment(what, name) for name in what.environments]
    found = [standing for one in environments for standing in targets.target(ports, what.project, one).status()]
    first = status.first(environments[0]) if arguments.environment else status.first(None)
    say = view.as_json(found) if arguments.output == "json" else view.as_text(found, rehearsal.remote(ports), first)
    screen.data(say)
    return Exit.OK
