"""`Plan`: what differs between git and the world, what the guards say of it, bound to what was seen.

A plan names for each object what was observed (its uid and version, or its absence), so that apply can refuse when any of
it moved. The same form serves every target: ``local`` has the kinds `PipelineRun`, `Alias` and `Process`, ``kubernetes`` those
of its API.
"""

from typing import Any, Literal

from windlass.model import digests
from windlass.model.document import Digest, Document, Flag, Text

Action = Literal["create", "update", "replace", "delete", "blocked", "unchanged"]
SYMBOLS: dict[str, str] = {
    "create": "+",
    "update": "~",
    "replace": "±",
    "delete": "-",
    "blocked": "!",
    "unchanged": "=",
    "refused": "!",
}


class Identity(Document):
    """The name of one object in one target. ``owner`` is the ``team/model`` it belongs to, or the team, or nobody (``""``).
    ``api`` and ``namespace`` are a cluster's: its `apiVersion`, which is no part of who it is, and where it lives."""

    kind: Text
    name: Text
    owner: str
    api: str = ""
    namespace: str = ""

    @property
    def group(self) -> str:
        """The API's group; empty for the core's, and outside of clusters."""
        return self.api.rpartition("/")[0]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from every other object of its target."""
        return (self.group, self.kind, self.namespace, self.name)

    @property
    def place(self) -> str:
        """Its name, with the namespace where it lives in one."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def __str__(self) -> str:
        return f"{self.kind} {self.place}"


class Manifest(Document):
    """One desired object, as rendered: an identity and its fields."""

    identity: Identity
    fields: dict[str, Any]


class Observed(Document):
    """One object as the world had it. ``present: false`` is an observation too; ``moved_by`` says who changed it by hand.
    Where a version changes by what the object says of itself alone, ``meaning`` is equal as long as nothing else did."""

    identity: Identity
    present: Flag
    uid: str | None = None
    version: str | None = None
    meaning: str | None = None
    fields: dict[str, Any] = {}
    moved_by: str = ""


class FieldChange(Document):
    """One field before and after; ``null`` where it is not there. ``by`` is who set what was there, where that is known."""

    path: Text
    before: Any = None
    after: Any = None
    drift: Flag = False
    by: str = ""


class Change(Document):
    """What is to happen to one object, and why. ``desired`` is what it shall be; in a cluster, where that may be long and must
    hold no secret, a digest of it."""

    identity: Identity
    action: Action
    fields: tuple[FieldChange, ...] = ()
    reason: str = ""
    desired: dict[str, Any] | None = None
    observed: Observed


class Verdict(Document):
    """What one guard says of the plan; a refusal names the subject and the way on. A ``warning`` is allowed, and said all the
    same."""

    guard: Text
    allowed: Flag
    subject: str
    reason: str = ""
    hint: str = ""
    code: Text = "WL411"
    warning: Flag = False


class Plan(Document):
    """The ordered steps. ``base`` is the commit being applied; ``inventory`` what lists a cluster's objects that are ours;
    ``created_at`` is in no digest."""

    kind: Literal["Plan"] = "Plan"
    tool: Text
    environment: Text
    rehearsed: Flag = False
    base: str | None
    render_digest: Digest
    releases: dict[str, str] = {}
    inventory: Observed | None = None
    changes: tuple[Change, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    created_at: str = ""

    @property
    def digest(self) -> str:
        """The plan's name."""
        value = self.plain()
        value.pop("createdAt", None)
        return digests.of_value(value)

    @property
    def pending(self) -> tuple[Change, ...]:
        """The changes that would do something."""
        return tuple(change for change in self.changes if change.action != "unchanged")

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """The guards that say no."""
        return tuple(verdict for verdict in self.verdicts if not verdict.allowed)

    @property
    def warnings(self) -> tuple[Verdict, ...]:
        """What the guards let pass and a person should know."""
        return tuple(verdict for verdict in self.verdicts if verdict.allowed and verdict.warning)
