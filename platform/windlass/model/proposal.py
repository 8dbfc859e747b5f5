"""`Proposal`: a release folder that is to move, by a branch that waits for its merge; `local` has no branch and moves at once."""

from dataclasses import dataclass

from windlass.model import digests
from windlass.model.release import Evidence, Release


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
        return f"{about}   {state} on branch {self.branch}{' (pushed)' if self.pushed else ''}{self.instead}"

    @property
    def instead(self) -> str:
        """What became of an older proposal."""
        return f", instead of {self.replaces}; approvals of that one lapse" if self.replaces else ""
