"""What somebody changed in an environment behind git's back: each object, each field, who did it and when where that is known.
Nothing is changed."""

import argparse

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass drift prod --exit-code"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="an environment, or local")
    rehearsal.option(parser)
    parser.add_argument("--exit-code", action="store_true", help="exit 3 where anything was changed")


def run(arguments: argparse.Namespace) -> Exit:
    """Look and tell."""
    return screen.guarded(arguments.output, lambda: _drift(arguments))


def _drift(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import targets, wiring
    from windlass.engine import resolve
    from windlass.flows import load
    from windlass.views import drift as view

    ports = wiring.ports(arguments)
    project = load.require_environment(ports, arguments.environment)
    environment = resolve.environment(project, arguments.environment, arguments.rehearse)
    found = targets.target(ports, project, environment).drift()
    screen.data(view.as_json(found) if arguments.output == "json" else view.as_text(environment.metadata.name, found))
    return Exit.PENDING if arguments.exit_code and found else Exit.OK
