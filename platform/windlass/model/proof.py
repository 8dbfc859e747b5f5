"""`Proof`: one thing that was recomputed, and whether it is what was written."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Proof:
    """``absent`` where there is nothing to recompute from on this machine: the store is elsewhere, the release unserved.
    ``warns`` where everything is what it claims, and somebody should still look.
    ``slug`` is empty where the proof is about the environment's ledger."""

    environment: str
    slug: str
    check: str
    outcome: Literal["ok", "bad", "absent", "warns"]
    detail: str = ""
