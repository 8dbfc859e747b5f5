"""Show what an environment would change: create, update, replace, delete, unchanged, with the fields that differ."""

import argparse
from pathlib import Path

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass plan staging --rehearse --out plan.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="an environment, or local")
    rehearsal.option(parser)
    parser.add_argument("--out", metavar="FILE", help="save the plan, for `windlass apply ENV --plan FILE`")
    parser.add_argument("--exit-code", action="store_true", help="exit 3 when changes are pending")


def run(arguments: argparse.Namespace) -> Exit:
    """Plan and show."""
    return screen.guarded(arguments.output, lambda: _plan(arguments))


def _plan(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import targets, wiring
    from windlass.engine import resolve
    from windlass.flows import cost, load, plan
    from windlass.flows.releasing import waiting
    from windlass.views import cost as pricing
    from windlass.views import plan as view
    from windlass.views import proposal

    ports = wiring.ports(arguments)
    out = Path(arguments.directory, arguments.out).absolute() if arguments.out else None
    if out:
        plan.writable(ports, out)
    project = load.require_environment(ports, arguments.environment)
    environment = resolve.environment(project, arguments.environment, arguments.rehearse)
    made = targets.target(ports, project, environment).plan()
    if out:
        ports.files.write(out, plan.dump(made))
    waits = waiting.waiting(ports, environment.metadata.name)
    costs = cost.cost(ports, project, environment)
    if arguments.output == "json":
        screen.data(view.as_json(made, proposal.waiting_plain(waits), pricing.plain(costs)))
    else:
        screen.data(view.as_text(made, arguments.out))
        screen.data(pricing.as_text(costs))
        screen.data(proposal.waiting(waits, rehearsal.remote(ports), arguments.rehearse))
    if made.refusals:
        return Exit.REFUSED
    return Exit.PENDING if arguments.exit_code and made.pending else Exit.OK
