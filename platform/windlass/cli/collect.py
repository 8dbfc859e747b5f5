"""Propose what trainings in a cluster ended with as releases: a branch each, with its evidence, as `train` does on a laptop.

It reads the environment's store and git, needs no cluster and no git credential in one, and may be said again at any time.

exit codes: 1 a training failed, 4 a gate refused, or a release cannot be proposed"""

import argparse

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass collect dev"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="the environment that trains")


def run(arguments: argparse.Namespace) -> Exit:
    """Look, propose and tell."""
    return screen.guarded(arguments.output, lambda: _collect(arguments))


def _collect(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load
    from windlass.flows.cluster import collect
    from windlass.views import collect as view

    ports = wiring.ports(arguments)
    project = load.require_environment(ports, arguments.environment)
    environment = resolve.environment(project, arguments.environment, rehearse=False)
    with ports.locks.hold(environment.metadata.name, ports.progress):
        there = wiring.tracked(wiring.stored(ports, project), environment)
        found = collect.collect(there, project, environment)
    if arguments.output == "json":
        screen.data(view.as_json(found))
    else:
        screen.data(view.as_text(environment.metadata.name, found, rehearsal.remote(ports)))
    return view.ended(found)
