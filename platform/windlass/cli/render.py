"""Show what the specs become in an environment, or in several: every file that Windlass writes for its backends, byte for byte.

With --out the files are written below a folder, which then holds nothing else; several environments have a folder each in it. What
has not changed since the last time is not rendered again, and files that stay the same are not touched."""

import argparse
from pathlib import Path

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass render local --out rendered"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environments", metavar="ENV", nargs="+", help="environments, or local")
    parser.add_argument("--rehearse", action="store_true", help="the same environments on this machine")
    parser.add_argument("--out", metavar="DIR", help="write the files below this folder instead of showing them")


def run(arguments: argparse.Namespace) -> Exit:
    """Render and show."""
    return screen.guarded(arguments.output, lambda: _render(arguments))


def _render(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.flows.rendering import render
    from windlass.flows.rendering.fleet import Asked
    from windlass.views import render as view

    ports, around = wiring.ports(arguments), wiring.surroundings()
    asked = Asked(tuple(dict.fromkeys(arguments.environments)), arguments.rehearse)
    if arguments.out is None:
        files = render.shown(ports, around, asked)
        screen.data(view.as_json(files) if arguments.output == "json" else view.as_text(files))
        return Exit.OK
    folder = Path(arguments.directory, arguments.out).resolve()
    told = render.into(ports, around, asked, wiring.rendered(folder, ports.root), str(folder))
    if arguments.output == "json":
        screen.data(view.told_json(told.files, told.rendered, told.parts))
    else:
        screen.talk(view.told(told.files, told.rendered, told.parts, arguments.out))
    return Exit.OK
