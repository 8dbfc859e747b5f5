"""What a branch concerns: the environments to plan, and the models to test.

What is committed here is compared with the last commit that it has in common with the base. A spec, code or data concerns the
head of the chain, which trains; a release, an overlay or an environment its own; a team, a template or a policy all that use it."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass affected --base origin/main --output json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("--base", metavar="REF", required=True, help="the branch or commit that this one goes to")


def run(arguments: argparse.Namespace) -> Exit:
    """Compare and tell."""
    return screen.guarded(arguments.output, lambda: _affected(arguments))


def _affected(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows import affected
    from windlass.views import affected as view

    found = affected.affected(wiring.ports(arguments), arguments.base)
    screen.data(view.as_json(found) if arguments.output == "json" else view.as_text(found))
    return Exit.OK
