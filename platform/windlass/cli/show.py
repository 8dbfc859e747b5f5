"""Show a model's spec as it is in an environment: every value, with the file and line that set it and those that it overrides.

Behind the head of the chain that is the promoted spec of the release there, under the environment's overlays. PATH shows a part
alone: serving, pipeline.stages[train].resources."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit
from windlass.model.specs.environment import LOCAL

EXAMPLE = "windlass show vision/digits --env prod serving"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", help="the model")
    parser.add_argument("path", metavar="PATH", nargs="?", help="only what is at or below this path of the spec")
    parser.add_argument("--env", default=LOCAL, metavar="ENV", help="an environment (default: local, no overlays)")


def run(arguments: argparse.Namespace) -> Exit:
    """Look up and tell."""
    return screen.guarded(arguments.output, lambda: _show(arguments))


def _show(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows import show
    from windlass.views import show as view

    ports = wiring.ports(arguments)
    here = wiring.standing(arguments, ports.root)
    found = show.show(ports, arguments.model, here, arguments.env, arguments.path)
    if arguments.output == "json":
        screen.data(view.as_json(found.settings, found.slug, arguments.env, found.base))
        return Exit.OK
    screen.data(view.as_text(found.settings))
    screen.talk(f"{found.slug} in {arguments.env}, from {found.base}")
    return Exit.OK
