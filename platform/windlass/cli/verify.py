"""Recompute every digest of releases: their files against each other, the bytes in the stores, the chain of the ledgers.

What is not on this machine is said to be absent; what does not verify ends with exit 4. A release that has fewer approvals than
its evidence asks for is a warning and no more: its bytes are what they claim, and it is `windlass apply` that refuses it.

There is no --rehearse: the ledgers of an environment and of its rehearsal are both read, and its releases and its store are the
same folders either way."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass verify prod vision/digits"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument(
        "subjects", metavar="ENV TEAM/MODEL", nargs="*", help="one environment, one model, or both (default: all)"
    )


def run(arguments: argparse.Namespace) -> Exit:
    """Recompute, and tell."""
    return screen.guarded(arguments.output, lambda: _verify(arguments))


def _verify(arguments: argparse.Namespace) -> Exit:
    from windlass.cli import subjects, wiring
    from windlass.flows import load, verify
    from windlass.views import verify as view

    ports = wiring.ports(arguments)
    project, _ = load.load(ports)
    environments, slug = subjects.chosen(project, arguments.subjects)
    proofs = verify.verify(ports, environments, slug)
    screen.data(view.as_json(proofs) if arguments.output == "json" else view.as_text(proofs))
    return Exit.REFUSED if any(proof.outcome == "bad" for proof in proofs) else Exit.OK
