"""Propose the release before, and put a hold on the one that is left, so that nothing is promoted over it by accident.

A branch with one commit, like a promotion: merging it is the approval, `windlass apply` serves it."""

import argparse

from windlass.cli import rehearsal, screen
from windlass.cli.reasons import reason
from windlass.model.failure import Exit

EXAMPLE = 'windlass rollback vision/digits --env prod --reason "sevens are read as ones" --rehearse'


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", help="what to roll back")
    parser.add_argument("--env", metavar="ENV", required=True, dest="environment", help="where")
    parser.add_argument(
        "--reason",
        metavar="TEXT",
        type=reason,
        required=True,
        help="why: it stands in the hold until somebody lifts it",
    )
    parser.add_argument("--to", metavar="GENERATION", type=int, help="this generation (default: the one before)")
    rehearsal.option(parser, "go by the ledgers of rehearsals")


def run(arguments: argparse.Namespace) -> Exit:
    """Propose, and show what is known of the release that comes back."""
    return screen.guarded(arguments.output, lambda: _rollback(arguments))


def _rollback(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows import promote, rollback
    from windlass.views import proposal as view

    ports = wiring.ports(arguments)
    tip, project, environment = promote.at_tip(ports, arguments.environment, arguments.rehearse)
    slug = promote.slug_of(project, arguments.model, arguments.environment)
    made = rollback.rollback(ports, project, environment, slug, tip, arguments.reason, arguments.to)
    remote = rehearsal.remote(ports)
    screen.data(view.as_json(made) if arguments.output == "json" else view.as_text(made, remote, arguments.rehearse))
    return Exit.OK
