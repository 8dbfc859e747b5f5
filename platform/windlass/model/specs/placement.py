"""Where pods may run: a part that stages and environments share."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import LABEL_KEY, LABEL_VALUE, Document

LabelKey = Annotated[str, Field(pattern=LABEL_KEY)]
LabelValue = Annotated[str, Field(pattern=LABEL_VALUE)]


class Toleration(Document):
    """A taint of nodes that is put up with: of one value, or of any where none is said."""

    key: LabelKey
    """The taint's key."""
    value: LabelValue | None = None
    """The taint's value."""
    effect: Literal["NoSchedule", "PreferNoSchedule", "NoExecute"] | None = None
    """The taint's effect; every one where none is said."""


class Placement(Document):
    """Which nodes are asked for, and which taints are no hindrance. This machine does not enforce it."""

    node_selector: Annotated[dict[LabelKey, LabelValue], Field(json_schema_extra={"additionalProperties": False})] = {}
    """Labels that a node must have."""
    tolerations: tuple[Toleration, ...] = ()
    """Taints that are put up with."""
