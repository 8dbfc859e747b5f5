"""`Overlay`: a partial model spec that one environment lays over a model, a team or a selection."""

from typing import Annotated, Any, Literal

from pydantic import Field

from windlass.model.document import Document, Name, Text
from windlass.model.metadata import Api, Metadata


class Selection(Document):
    """What the overlay is for: exactly one of a model (``team/name``), a team, or labels that must all match."""

    model: Text | None = None
    """One model: `team/name`."""
    team: Name | None = None
    """Every model of a team."""
    selector: Annotated[dict[str, str], Field(min_length=1)] | None = None
    """Every model with these labels."""


class OverlaySpec(Document):
    """``patch`` is merged into the model's ``spec``: maps merge, lists of named things merge by name, other lists
    replace, ``null`` removes.
    """

    applies_to: Annotated[Selection, Field(alias="for")]
    """Whose spec it is laid over."""
    patch: dict[str, Any]
    """The part of a model's `spec` that is set."""


class Overlay(Document):
    """An overlay under `environments/<env>/overlays/`."""

    api_version: Api
    kind: Literal["Overlay"]
    metadata: Metadata
    spec: OverlaySpec
