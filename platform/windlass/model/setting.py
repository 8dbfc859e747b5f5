"""One value of an effective spec, and who set it."""

from dataclasses import dataclass
from typing import Any

from windlass.model.diagnostic import Place


@dataclass(frozen=True, slots=True)
class Setting:
    """A value at a path (``pipeline.stages[train].resources.cpu``). ``by`` is where it stands, None where it is built in; ``over``
    the places that it overrides, nearest first: those that set another value, or took one away."""

    path: str
    value: Any
    by: Place | None
    over: tuple[Place, ...] = ()
