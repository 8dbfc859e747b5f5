"""Stop the services that run on this machine, all of them or one model's. Releases, models and data stay."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass down vision/digits --env local"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", nargs="?", help="one model (default: all)")
    parser.add_argument("--env", metavar="ENV", help="one environment (default: local and all rehearsed ones)")


def run(arguments: argparse.Namespace) -> Exit:
    """Stop, and say what was stopped."""
    return screen.guarded(arguments.output, lambda: _down(arguments))


def _down(arguments: argparse.Namespace) -> Exit:
    import json

    from windlass.cli import wiring
    from windlass.flows import down, known
    from windlass.views import apply as view

    ports = wiring.ports(arguments)
    what = known.known(ports)
    slug = known.model(what, arguments.model, "") if arguments.model else None
    names = [arguments.env] if arguments.env else ports.servers.environments()
    environments = [known.environment(what, name) for name in names]
    seen = down.down(ports, [(one.metadata.name, one.spec.rehearsed) for one in environments], slug)
    stopped = [f"{slug} in {name}" for slug, name in seen]
    screen.data(json.dumps({"stopped": stopped}) if arguments.output == "json" else view.stopped(stopped))
    return Exit.OK
