"""A training run as ``windlass runs`` compares it: data for the view."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """One candidate. ``version`` where it was registered, ``aliases`` that point at it, ``served`` where its bytes run now."""

    inputs: str
    outcome: str
    reason: str
    finished_at: str
    commit: str
    dirty: bool
    params: dict[str, Any]
    metrics: dict[str, Any]
    data: dict[str, str]
    model: str
    version: str
    aliases: tuple[str, ...]
    served: bool
