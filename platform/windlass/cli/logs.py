"""Show the log of a service on this machine, or of a model's pods in the cluster that an environment goes to: those that serve it
and those of its newest training. Requests are never in it with their values; refused ones with their reason."""

import argparse
import sys

from windlass.cli import misuse, numbers, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass logs vision/digits -f"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", nargs="?", help="default: the only one, or the one you stand in")
    parser.add_argument("--env", metavar="ENV", default="local", help="whose service (default: local)")
    parser.add_argument("--rehearse", action="store_true", help="the environment as it is rehearsed on this machine")
    parser.add_argument("-f", "--follow", action="store_true", help="go on until Ctrl-C or the service's end")
    parser.add_argument(
        "-n", "--lines", type=numbers.lines, default=40, metavar="N", help="how many lines (default: 40)"
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Read and tell."""
    return screen.guarded(arguments.output, lambda: _logs(arguments))


def _logs(arguments: argparse.Namespace) -> Exit:
    import json

    from windlass.cli import targets, wiring
    from windlass.flows import known, logs

    ports = wiring.ports(arguments)
    what = known.known(ports)
    slug = known.model(what, arguments.model, wiring.standing(arguments, ports.root))
    meant = known.target(what, arguments.env, arguments.rehearse)
    environment, target = meant.metadata.name, targets.target(ports, what.project, meant)
    there = target if isinstance(target, targets.There) else None
    if there and arguments.follow:
        raise misuse.usage(
            "`windlass logs` cannot follow a cluster's pods",
            "`kubectl logs -f` can; without -f it shows the end of each",
        )
    lines = arguments.lines
    text = there.logs(slug, lines) if there else logs.tail(ports, environment, slug, lines)
    if arguments.output == "json":
        screen.data(json.dumps({"model": slug, "environment": environment, "lines": text.splitlines()}))
        return Exit.OK
    screen.data(text)
    if arguments.follow:
        sys.stdout.flush()
        logs.follow(ports, environment, slug, _now)
    return Exit.OK


def _now(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
