"""Bring a model up on this machine: check, train what changed, judge, register, package, release, serve, and ask it once.

Run again it finds nothing to do and says so. The environment is `local`: its releases and receipts stay under .windlass/."""

import argparse
import os
import time

from windlass.cli import numbers, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass up vision/digits --port 3001"
TOUR = "docs/tour"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", nargs="?", help="default: the only one, or the one you stand in")
    parser.add_argument(
        "--port", type=numbers.port, help="serve on this port (default: where it runs, else the next from 3000)"
    )
    parser.add_argument("--foreground", action="store_true", help="stay attached and stop the service with Ctrl-C")


def run(arguments: argparse.Namespace) -> Exit:
    """Up, and tell."""
    return screen.guarded(arguments.output, lambda: _up(arguments))


def _up(arguments: argparse.Namespace) -> Exit:
    began = time.monotonic()
    from windlass.cli import wiring
    from windlass.flows import down, load, lock, up
    from windlass.model.specs.environment import LOCAL
    from windlass.views import up as view

    ports = wiring.ports(arguments)
    here = wiring.standing(arguments, ports.root)
    project, loaded = load.require_model(ports, arguments.model, here, generated=False)
    for locked in lock.lock(ports, project, (loaded.spec.metadata.slug,)):
        for path in locked.written:
            screen.talk(f"wrote {path}")
    result = up.up(ports, project, loaded, began, arguments.port)
    tour = ports.files.look(ports.root / TOUR).kind == "folder"
    text = view.as_text(result, lambda path: os.path.relpath(ports.root / path), tour)
    screen.data(view.as_json(result) if arguments.output == "json" else text)
    if arguments.foreground and result.url:
        try:
            screen.talk(f"attached to {result.url}; Ctrl-C stops it")
            for line in ports.servers.follow(LOCAL, result.slug):
                screen.talk(line)
        finally:
            down.down(ports, [(LOCAL, False)], result.slug)
    return Exit.OK
