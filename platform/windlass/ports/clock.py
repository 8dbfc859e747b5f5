"""The time, handed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, handed in."""

    def now(self) -> datetime:
        """Now, in UTC with its zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...
