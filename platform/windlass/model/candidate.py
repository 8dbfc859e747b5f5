"""`Candidate`: what one training run made, recorded in the store under its inputs digest. Digests and facts, no bytes."""

from typing import Any, Literal

from windlass.model.document import Digest, Document, Flag, Text
from windlass.model.gates import GateResult


class DataPin(Document):
    """The revision of one dataset that was trained on: DVC's md5 and the sha256 made by the data check."""

    name: Text
    dataset: Text
    md5: Text
    sha256: Digest
    rows: int | None = None
    licence: str = ""
    personal_data: str = ""


class ModelPin(Document):
    """The trained bytes. ``digest`` is of the folder in the store; ``format`` says how they are loaded."""

    registry: Text
    digest: Digest
    format: Text


class BentoPin(Document):
    """What is served: the folder of the bento in the store. ``image`` is set where one was built before the release."""

    tag: Text
    digest: Digest
    image: str | None = None


class StageRun(Document):
    """How one step of the run ended, for tables and audits: ``ran``, ``unchanged``, ``failed``."""

    name: Text
    outcome: Text
    seconds: float | None = None


class Candidate(Document):
    """``outcome`` is passed, refused (a gate said no) or failed (the team's code did). Model and bento stand only where
    it passed; ``inputs_record`` is the whole value whose digest ``inputs`` is, so that an auditor can recompute it.
    """

    kind: Literal["Candidate"] = "Candidate"
    team: Text
    model_name: Text
    inputs: Digest
    inputs_record: dict[str, Any]
    outcome: Literal["passed", "refused", "failed"]
    reason: str = ""
    commit: str | None = None
    dirty: Flag = False
    code: Digest | None = None
    lock: Digest | None = None
    dvc_lock: Digest | None = None
    python: Text
    tool: Text
    started_at: Text
    finished_at: Text
    params: dict[str, Any] = {}
    metrics: dict[str, Any] = {}
    gates: tuple[GateResult, ...] = ()
    data: tuple[DataPin, ...] = ()
    stages: tuple[StageRun, ...] = ()
    model: ModelPin | None = None
    bento: BentoPin | None = None

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model_name}"
