"""`Release`: the pin that one environment serves, moved by pull requests; and the evidence that travels with it."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from windlass.model import digests
from windlass.model.candidate import BentoPin, DataPin, ModelPin
from windlass.model.document import Digest, Document, Flag, Int, Text
from windlass.model.gates import GateResult
from windlass.model.metadata import Api, TeamMetadata


class Pin(Document):
    """What the release is. Its ``digest`` covers digests and formats only: names and tags are labels. ``bento`` is None for
    a model that serves nothing.
    """

    model: ModelPin
    bento: BentoPin | None = None
    inputs: Digest
    data: tuple[DataPin, ...]
    spec: Digest

    @property
    def folders(self) -> dict[str, str]:
        """What the store must hold for it: ``model``, and ``bento`` where it serves, with their digests."""
        return {"model": self.model.digest} | ({"bento": self.bento.digest} if self.bento else {})

    @cached_property
    def digest(self) -> str:
        """The release digest: equal in every environment."""
        return digests.of_value(
            {
                "model": {"digest": self.model.digest, "format": self.model.format},
                "bento": self.bento.digest if self.bento else None,
                "image": self.bento.image if self.bento else None,
                "inputs": self.inputs,
                "data": [{"dataset": ref.dataset, "md5": ref.md5, "sha256": ref.sha256} for ref in self.data],
                "spec": self.spec,
            }
        )


class Hold(Document):
    """A rolled-back release that nothing may be promoted over until it is lifted."""

    release: Digest
    reason: Text
    by: Text


class PromotedFrom(Document):
    """Where the release served before it came here."""

    environment: Text
    release: Digest


class ReleaseSource(Document):
    """The commit whose specs and code were trained; ``dirty`` where the work tree differed from it (`local` only)."""

    commit: str | None = None
    dirty: Flag = False


class ReleaseSpec(Document):
    """``generation`` counts up by one per environment and model; ``seal`` is the sha256 of the rest of this document and of
    evidence.json, so that two proposals at once conflict in git.
    """

    generation: Annotated[Int, Field(ge=1)]
    seal: Digest
    pin: Pin
    version: str | None = None
    source: ReleaseSource
    metrics: dict[str, Any] = {}
    promoted_from: PromotedFrom | None = None
    rollout: None = None
    hold: Hold | None = None


class Release(Document):
    """`release.yaml`: written by Windlass only."""

    api_version: Api
    kind: Literal["Release"]
    metadata: TeamMetadata
    spec: ReleaseSpec

    @property
    def digest(self) -> str:
        """The release digest (of the pin alone)."""
        return self.spec.pin.digest


class Check(Document):
    """One line of evidence: passed, failed or asks for a person."""

    name: Text
    outcome: Literal["passed", "failed", "asks"]
    detail: str


class Trained(Document):
    """How the bytes came to be, as the candidate's record in the store says it; copied here so that git alone can tell."""

    started_at: Text
    finished_at: Text
    python: Text
    code: Digest | None = None
    requirements: Digest | None = None
    params: dict[str, Any] = {}


class Evidence(Document):
    """`evidence.json`: the facts that a proposal carries, bound to the release digest. ``reason`` is a person's: why a
    rollback is proposed, or why a hold is lifted."""

    kind: Literal["Evidence"] = "Evidence"
    environment: Text
    team: Text
    model_name: Text
    release: Digest
    movement: Literal["release", "promote", "rollback"]
    render_digest: Digest
    approvals_needed: int
    author: str = ""
    gates: tuple[GateResult, ...] = ()
    champion: Digest | None = None
    metrics: dict[str, Any] = {}
    champion_metrics: dict[str, Any] = {}
    rivals: dict[str, Digest] | None = None
    """The releases of other models that gates compared with, by model."""
    checks: tuple[Check, ...] = ()
    trained: Trained | None = None
    reason: str = ""
    tool: Text
