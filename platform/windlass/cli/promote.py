"""Propose for an environment what the environment before it in the chain serves: the same digest, never trained again.

A branch with one commit and its evidence; merging it is the approval, `windlass apply` serves it. Read is the default branch
alone, so what lies uncommitted in the work tree does not matter."""

import argparse

from windlass.cli import rehearsal, screen
from windlass.cli.reasons import reason
from windlass.model.failure import Exit

EXAMPLE = "windlass promote vision/digits --to prod --rehearse"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", help="what to promote")
    parser.add_argument("--to", metavar="ENV", required=True, dest="environment", help="the environment that gets it")
    parser.add_argument(
        "--lift-hold", metavar="REASON", type=reason, help="promote over a hold that a rollback left, and say why"
    )
    rehearsal.option(parser, "go by the ledgers of rehearsals")


def run(arguments: argparse.Namespace) -> Exit:
    """Propose, and show the evidence."""
    return screen.guarded(arguments.output, lambda: _promote(arguments))


def _promote(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows import promote
    from windlass.views import proposal as view

    ports = wiring.ports(arguments)
    tip, project, environment = promote.at_tip(ports, arguments.environment, arguments.rehearse)
    slug = promote.slug_of(project, arguments.model, arguments.environment)
    made = promote.promote(ports, project, environment, slug, tip, arguments.lift_hold)
    remote = rehearsal.remote(ports)
    screen.data(view.as_json(made) if arguments.output == "json" else view.as_text(made, remote, arguments.rehearse))
    return Exit.OK
