"""`Proposal`: a release folder that is to move, by a branch that waits for its merge; `local` has no branch and moves at once."""

from dataclasses import dataclass

from windlass.model import digests
from windlass.model.release import Evidence, Release

MOVEMENTS = ("release", "promote", "rollback")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A proposal that waits for its merge. ``branch`` is its name, on the remote where there is one."""

    environment: str
    slug: str
    movement: str
    branch: str
    commit: str
    generation: int


@dataclass(frozen=True, slots=True)
class Remote:
    """Where proposals and receipts go: the branch that is deployed, and whether there is an `origin`."""

    main: str
    origin: bool

    def ref(self, branch: str) -> str:
        """A branch as git in this clone calls it."""
        return f"origin/{branch}" if self.origin else branch


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed, or why nothing was. ``changed`` is False where the environment has this release already or the
    same proposal is waiting; ``commit`` is the branch's tip; ``replaces`` names an older proposal that this one overrules.
    """

    environment: str
    slug: str
    release: Release
    evidence: Evidence
    folder: str
    changed: bool
    branch: str | None = None
    commit: str | None = None
    pushed: bool = False
    replaces: str = ""

    @property
    def summary(self) -> str:
        """One line for tables and receipts."""
        about = f"generation {self.release.spec.generation}   {digests.brief(self.release.digest)}"
        if self.branch is None:
            return f"{about}   {'' if self.changed else 'unchanged '}({self.folder})"
        state = "proposed" if self.changed else "already proposed"
        return f"{about}   {state} on branch {self.branch}{' (pushed to origin)' if self.pushed else ''}{self.instead}"

    @property
    def instead(self) -> str:
        """What became of an older proposal."""
        return f", instead of {self.replaces}; approvals of that one lapse" if self.replaces else ""
