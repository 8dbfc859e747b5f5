"""The option `--rehearse`, said in one way by every verb that has it, and where things go that leave this machine."""

import argparse

from windlass.model.proposal import Remote
from windlass.ports import Ports

PUSHED = (
    "proposals (windlass/release, promote, rollback) and receipts (windlass/rehearsal) are branches that are pushed to "
    "origin, where there is one, so that people can rehearse together"
)


def option(parser: argparse.ArgumentParser, about: str = "the same environment on this machine") -> None:
    """`--rehearse`, with what it does here."""
    parser.add_argument("--rehearse", action="store_true", help=f"{about}; {PUSHED}")


def remote(ports: Ports) -> Remote:
    """Where proposals of this repository go."""
    return Remote(ports.git.default_branch(), ports.git.has_remote())
