"""`Receipt`: what one apply did, object by object; chained by digest in the environment's ledger."""

from typing import Any, Literal, Self

from windlass.model import digests
from windlass.model.document import Digest, Document, Flag, Int, Text
from windlass.model.plan import Action, Identity

Ending = Literal["done", "failed", "skipped"]


class Outcome(Document):
    """How one object's change ended."""

    kind: Text
    name: Text
    owner: Text
    action: Text
    outcome: Ending
    detail: str = ""

    @classmethod
    def of(cls, identity: Identity, action: Action, outcome: Ending, detail: str) -> Self:
        """How the change of an object ended."""
        place, owner = identity.place, identity.owner
        return cls(kind=identity.kind, name=place, owner=owner, action=action, outcome=outcome, detail=detail)


class Served(Document):
    """What one model serves after the apply, with the generation of its release; the key to git's release folder."""

    release: Digest
    generation: int
    model: Digest
    bento: Digest | None = None
    inputs: Digest
    healthy: Flag
    url: str = ""


class Approval(Document):
    """Who agreed to one release, and how far that is proven."""

    login: Text
    proof: Literal["forge", "signature", "claimed"]
    commit: str
    subject: str = ""


class Receipt(Document):
    """One entry of the ledger. ``previous`` is the digest of the entry before (None for the first). ``served`` is the whole
    state after this apply, so that any instant can be answered by the last receipt before it; ``trained`` is the inputs digest
    of the newest training run of each model that trains here. ``approvals`` holds nobody's own: who proposed a release is not
    among those that agreed to it.
    """

    kind: Literal["Receipt"] = "Receipt"
    number: Int
    previous: Digest | None = None
    environment: Text
    rehearsed: Flag = False
    commit: str | None = None
    plan: Digest
    render_digest: Digest
    actor: Text
    tool: Text
    started_at: Text
    finished_at: Text
    outcome: Literal["succeeded", "failed", "interrupted"]
    cause: str = ""
    objects: tuple[Outcome, ...] = ()
    served: dict[str, Served] = {}
    trained: dict[str, Digest] = {}
    approvals: dict[str, tuple[Approval, ...]] = {}
    approvals_needed: dict[str, int] = {}
    extra: dict[str, Any] = {}

    @property
    def digest(self) -> str:
        """The link that the next receipt carries."""
        return digests.of_value(self.stated())

    def stated(self) -> dict[str, Any]:
        """What was said when it was written, without defaults that a newer Windlass may add: old links must go on holding."""
        return self.model_dump(mode="json", by_alias=True, exclude_unset=True, exclude_none=True)
