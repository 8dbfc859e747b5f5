"""`Health`: how a live object of a cluster does, and why."""

from dataclasses import dataclass
from typing import Literal

State = Literal["current", "progressing", "failed", "terminating", "unknown"]


@dataclass(frozen=True, slots=True)
class Health:
    """``current``: it is as its spec wants it. ``failed``: it will not become so by itself; waiting longer is of no use.
    ``unknown``: nobody here can read from this kind how it does."""

    state: State
    reason: str = ""
