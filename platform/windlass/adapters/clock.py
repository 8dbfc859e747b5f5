"""The time, as the operating system tells it."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Wall time in UTC, and a clock that only grows."""

    def now(self) -> datetime:
        """Now, to the second's fraction that the system knows, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds since some fixed instant."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)
