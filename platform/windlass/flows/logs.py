"""The log of a service: its last lines, and what comes after."""

from collections.abc import Callable

from windlass.model.failure import Usage
from windlass.ports import Ports


def tail(ports: Ports, environment: str, slug: str, lines: int) -> str:
    """The last lines. Raises `Usage` (WL620) where the service was never started on this machine."""
    found = ports.servers.tail(environment, slug, lines)
    if found is None:
        raise Usage.one(
            "WL620",
            f"{slug} was never served in `{environment}` on this machine, so there is no log",
            "`windlass status` lists what runs; another environment's log: `--env ENV`",
        )
    return found


def follow(ports: Ports, environment: str, slug: str, write: Callable[[str], object]) -> None:
    """Hand on what the service writes, until it ends or the caller is interrupted."""
    for text in ports.servers.follow(environment, slug):
        write(text)
