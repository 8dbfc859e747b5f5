"""Compare the training runs of a model: parameters, metrics, data, what was registered and what is served now."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass runs vision/digits --output json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", nargs="?", help="default: the only one, or the one you stand in")
    parser.add_argument("--env", metavar="ENV", default="local", help="whose runs (default: local)")


def run(arguments: argparse.Namespace) -> Exit:
    """Read and tell."""
    return screen.guarded(arguments.output, lambda: _runs(arguments))


def _runs(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows import known, runs
    from windlass.views import runs as view

    ports = wiring.ports(arguments)
    what = known.known(ports)
    slug = known.model(what, arguments.model, wiring.standing(arguments, ports.root))
    environment = known.environment(what, arguments.env)
    found = runs.runs(ports, environment, slug)
    screen.data(view.as_json(found) if arguments.output == "json" else view.as_text(slug, environment, found))
    return Exit.OK
