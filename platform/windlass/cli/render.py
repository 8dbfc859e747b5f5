"""Show what the specs become in an environment: every file that Windlass writes for its backends, byte for byte."""

import argparse
from pathlib import Path

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass render local --out rendered"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="an environment, or local")
    parser.add_argument("--rehearse", action="store_true", help="the same environment on this machine")
    parser.add_argument("--out", metavar="DIR", help="write the files below this folder instead of showing them")


def run(arguments: argparse.Namespace) -> Exit:
    """Render and show."""
    return screen.guarded(arguments.output, lambda: _render(arguments))


def _render(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import load, render
    from windlass.views import render as view

    ports = wiring.ports(arguments)
    project = load.require_environment(ports, arguments.environment, generated=False)
    environment = resolve.environment(project, arguments.environment, arguments.rehearse)
    files = render.render(ports, project, environment)
    if arguments.out:
        folder = Path(arguments.directory, arguments.out).absolute()
        for path, data in files.items():
            ports.files.write(folder / path, data)
        screen.talk(f"{len(files)} files in {arguments.out}")
        return Exit.OK
    screen.data(view.as_json(files) if arguments.output == "json" else view.as_text(files))
    return Exit.OK
