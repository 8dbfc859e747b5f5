"""What an audit answers, as data: when each release served, and where the thing that served came from."""

from dataclasses import dataclass
from datetime import datetime

from windlass.model.receipt import Approval, Receipt, Served
from windlass.model.release import Evidence, Release


@dataclass(frozen=True, slots=True)
class Moved:
    """How a release came into an environment: who proposed it, who merged it, who agreed to it, on which evidence.
    ``approvals`` are of others than its author, ``needed`` is how many it had to have. ``proposer`` is empty where the merge
    brought no commit of Windlass'; ``alone`` where the one who proposed is the one who let it in."""

    environment: str
    movement: str
    generation: int
    commit: str
    when: datetime
    proposer: str
    merged: Approval
    approvals: tuple[Approval, ...]
    needed: int
    alone: bool
    evidence: str
    reason: str
    served_since: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One model served one release. ``release`` and ``evidence`` are None where git has no folder for it (`local`, whose
    releases are not committed); then ``registry``, ``version`` and ``trained`` are as this machine's store and registry know
    them. ``problems`` are what does not verify."""

    environment: str
    slug: str
    served: Served
    since: datetime
    until: datetime | None
    began: Receipt
    last: Receipt
    release: Release | None
    evidence: Evidence | None
    way: tuple[Moved, ...]
    trained: datetime | None
    problems: tuple[str, ...]
    registry: str | None = None
    version: str | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """One environment's ledger: how long it is, and the first thing that is wrong with it."""

    environment: str
    rehearsed: bool
    receipts: int
    problem: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The answer. With ``at`` the entries are those that served at that instant, else the whole timeline in order."""

    at: datetime | None
    entries: tuple[Entry, ...]
    chains: tuple[Chain, ...]
    under_way: tuple[Receipt, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether everything that was looked at verifies."""
        return not any(chain.problem for chain in self.chains) and not any(entry.problems for entry in self.entries)
