"""`Trial`: how one trial of a search ended."""

from typing import Literal

from windlass.model.document import Document


class Trial(Document):
    """``metrics`` are the numbers that its stages wrote; ``reason`` says why it failed. Nothing here tells when or how fast:
    equal trials are equal."""

    outcome: Literal["ran", "failed"]
    metrics: dict[str, float] = {}
    reason: str = ""
