"""`Collected`: what the training of one model ended with, and what was proposed of it."""

from dataclasses import dataclass

from windlass.model.failure import Failure
from windlass.model.proposal import Proposal


@dataclass(frozen=True, slots=True)
class Collected:
    """One model: what its training ended with, if it has; what was proposed, or why nothing was."""

    slug: str
    inputs: str | None
    outcome: str
    proposal: Proposal | None = None
    failure: Failure | None = None
