"""Do what the plan says, exactly that, or refuse because the world moved. Without --plan it plans first and asks."""

import argparse
import sys
from pathlib import Path

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit, Usage
from windlass.model.plan import Plan

EXAMPLE = "windlass apply staging --rehearse --plan plan.json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("environment", metavar="ENV", help="an environment, or local")
    rehearsal.option(parser)
    parser.add_argument("--plan", metavar="FILE", help="a plan saved by `windlass plan ENV --out FILE`")
    parser.add_argument(
        "--receipt", metavar="FILE", help="write no ledger: leave the receipt for `windlass record FILE`"
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help="do not ask; needed where stdin is no terminal, unless --plan says what to do",
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Plan (or read the plan), ask, apply, tell."""
    return screen.guarded(arguments.output, lambda: _apply(arguments))


def _apply(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import targets, wiring
    from windlass.engine import resolve
    from windlass.flows import load, plan
    from windlass.flows.applying import receipts
    from windlass.flows.releasing import waiting
    from windlass.views import apply as view
    from windlass.views import plan as plan_view
    from windlass.views import proposal

    _may_ask(arguments)
    ports = wiring.ports(arguments)
    if arguments.receipt:
        ports = wiring.into_file(ports, Path(arguments.directory, arguments.receipt).absolute())
    project = load.require_environment(ports, arguments.environment)
    environment = resolve.environment(project, arguments.environment, arguments.rehearse)
    target = targets.target(ports, project, environment)
    with ports.locks.hold(environment.metadata.name, ports.progress) as lock:
        if arguments.plan:
            made = plan.read(ports, Path(arguments.directory, arguments.plan).absolute())
        else:
            made = target.plan()
            # Refusals follow as findings: once is enough.
            screen.talk(plan_view.as_text(made, refusals=False))
        if not made.refusals and made.pending and not arguments.plan and not _agreed(arguments, made):
            screen.talk("nothing was done")
            return Exit.OK
        applied = target.apply(made, lock)
    waits = waiting.waiting(ports, environment.metadata.name)
    if arguments.output == "json":
        screen.data(view.as_json(applied.plan, applied.receipt, proposal.waiting_plain(waits)))
    else:
        screen.data(view.as_text(applied.plan, applied.receipt))
        screen.data(
            view.pushed(receipts.pushed(ports, environment) if applied.receipt and not arguments.receipt else "")
        )
        screen.talk(plan_view.warnings(made) if arguments.plan else "")
        screen.data(proposal.waiting(waits, rehearsal.remote(ports), arguments.rehearse))
    return Exit.OK if applied.healthy else Exit.FINDINGS


def _may_ask(arguments: argparse.Namespace) -> None:
    """Raise `Usage` (WL614) where a question could not be answered: silence is no agreement."""
    if arguments.yes or arguments.plan or sys.stdin.isatty():
        return
    hint = "`--yes` does what it plans without asking; `--plan FILE` does what `windlass plan ENV --out FILE` showed"
    raise Usage.one("WL614", "there is no terminal to ask on, and nothing was done", hint)


def _agreed(arguments: argparse.Namespace, made: Plan) -> bool:
    if arguments.yes:
        return True
    screen.talk(f"apply {len(made.pending)} changes to {made.environment}? [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
