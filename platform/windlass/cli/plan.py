"""Show what an environment would change: create, update, replace, delete, unchanged, with the fields that differ."""

import argparse
from pathlib import Path

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass plan staging --rehearse --out plan.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="an environment, or local")
    parser.add_argument("--rehearse", action="store_true", help="the same environment on this machine")
    parser.add_argument("--out", metavar="FILE", help="save the plan, for `windlass apply ENV --plan FILE`")
    parser.add_argument("--exit-code", action="store_true", help="exit 3 when changes are pending")


def run(arguments: argparse.Namespace) -> Exit:
    """Plan and show."""
    return screen.guarded(arguments.output, lambda: _plan(arguments))


def _plan(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load, plan
    from windlass.views import plan as view

    ports = wiring.ports(arguments)
    project = load.require(ports)
    environment = resolve.environment(project, arguments.environment, arguments.rehearse)
    made = plan.plan(ports, project, environment)
    if arguments.out:
        ports.files.write(Path(arguments.directory, arguments.out).absolute(), plan.dump(made))
    screen.data(view.as_json(made) if arguments.output == "json" else view.as_text(made, arguments.out))
    if made.refusals:
        return Exit.REFUSED
    return Exit.PENDING if arguments.exit_code and made.pending else Exit.OK
