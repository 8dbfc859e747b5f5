"""Do what the plan says, exactly that, or refuse because the world moved. Without --plan it plans first and asks."""

import argparse
import sys
from pathlib import Path

from windlass.cli import screen
from windlass.model.failure import Exit
from windlass.model.plan import Plan

EXAMPLE = "windlass apply staging --rehearse --plan plan.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="an environment, or local")
    parser.add_argument("--rehearse", action="store_true", help="the same environment on this machine")
    parser.add_argument("--plan", metavar="FILE", help="a plan saved by `windlass plan ENV --out FILE`")
    parser.add_argument("--yes", action="store_true", help="do not ask (nobody is asked where stdin is no terminal)")


def run(arguments: argparse.Namespace) -> Exit:
    """Plan (or read the plan), ask, apply, tell."""
    return screen.guarded(arguments.output, lambda: _apply(arguments))


def _apply(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import wiring
    from windlass.engine import resolve
    from windlass.flows import apply, load, plan
    from windlass.views import apply as view
    from windlass.views import plan as plan_view

    ports = wiring.ports(arguments)
    project = load.require(ports)
    environment = resolve.environment(project, arguments.environment, arguments.rehearse)
    with ports.locks.hold(environment.metadata.name, ports.progress) as lock:
        if arguments.plan:
            made = plan.read(ports, Path(arguments.directory, arguments.plan).absolute())
        else:
            made = plan.plan(ports, project, environment)
            screen.talk(plan_view.as_text(made))
        if not made.refusals and made.pending and not arguments.plan and not _agreed(arguments, made):
            screen.talk("nothing was done")
            return Exit.OK
        applied = apply.apply(ports, project, environment, made, lock)
    say = view.as_json if arguments.output == "json" else view.as_text
    screen.data(say(applied.plan, applied.receipt))
    return Exit.OK if applied.healthy else Exit.FINDINGS


def _agreed(arguments: argparse.Namespace, made: Plan) -> bool:
    if arguments.yes or not sys.stdin.isatty():
        return True
    screen.talk(f"apply {len(made.pending)} changes to {made.environment}? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
