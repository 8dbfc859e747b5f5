"""Train a model for an environment that trains (the head of the chain, or `local`) and propose the result as a release.

Only what changed runs again. A gate that refuses exits 4 and releases nothing. Where the environment trains in a cluster, the run
is submitted there; `windlass status` follows it, `windlass collect` proposes what came of it."""

import argparse

from windlass.cli import rehearsal, screen
from windlass.model.failure import Exit

EXAMPLE = "windlass train vision/digits --env dev --rehearse"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("model", metavar="TEAM/MODEL", nargs="?", help="default: the only one, or the one you stand in")
    parser.add_argument("--env", metavar="ENV", default="local", help="the environment to train for (default: local)")
    rehearsal.option(parser)


def run(arguments: argparse.Namespace) -> Exit:
    """Train, propose, and tell."""
    return screen.guarded(arguments.output, lambda: _train(arguments))


def _train(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import targets, wiring
    from windlass.engine import resolve
    from windlass.flows import load
    from windlass.flows.releasing import propose_trained
    from windlass.views import proposal
    from windlass.views import train as view

    ports = wiring.ports(arguments)
    here = wiring.standing(arguments, ports.root)
    project, loaded = load.require_model(ports, arguments.model, here, arguments.env)
    environment = resolve.environment(project, arguments.env, arguments.rehearse)
    target = targets.target(ports, project, environment)
    if isinstance(target, targets.There) and target.trains:
        run = target.train(loaded.spec.metadata.slug)
        screen.data(view.submitted_json(run.change) if arguments.output == "json" else view.submitted(run.change))
        return Exit.OK
    trained = propose_trained.propose_trained(ports, project, loaded, environment)
    screen.data(view.as_json(trained) if arguments.output == "json" else view.as_text(trained))
    if arguments.output != "json":
        screen.data(proposal.next_steps(trained.proposal, rehearsal.remote(ports), arguments.rehearse))
    return Exit.OK
