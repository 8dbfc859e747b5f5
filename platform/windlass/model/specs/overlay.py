"""`Overlay`: a partial model spec that one environment lays over a model, a team or a selection, and what it decided of their
objects in a cluster."""

from typing import Annotated, Any, Literal

from pydantic import Field

from windlass.model.document import Document, Flag, Name, Text
from windlass.model.metadata import Api, Metadata


class Selection(Document):
    """What the overlay is for: exactly one of a model (``team/name``), a team, or labels that must all match."""

    model: Text | None = None
    """One model: `team/name`."""
    team: Name | None = None
    """Every model of a team."""
    selector: Annotated[dict[str, str], Field(min_length=1)] | None = None
    """Every model with these labels."""


class ObjectRule(Document):
    """What was decided of objects in a cluster that others write, too, or that were there before. Fields are named as the server
    names them: `spec.replicas`, `metadata.labels`, `spec.template.spec.containers[name="app"].image`; `*` is all of them."""

    kind: Text
    """The kind of the objects: Deployment."""
    name: str | None = None
    """One of them; without it all of the kind."""
    take: tuple[Text, ...] = ()
    """Fields that are ours, whoever has them now."""
    leave: Annotated[tuple[Text, ...], Field(alias="yield")] = ()
    """Fields that we set, and leave to whoever changes them."""
    adopt: Flag = False
    """Whether an object that is there already, and is nobody's inventory's, becomes ours."""
    replace: Flag = False
    """Whether it may be deleted and made anew, where a field cannot change in place."""
    on_removal: Literal["delete", "keep", "orphan"] = "delete"
    """What becomes of it when nothing asks for it any more: deleted, kept as one of ours, or left as nobody's."""


class OverlaySpec(Document):
    """``patch`` is merged into the model's ``spec``: maps merge, lists of named things merge by name, other lists
    replace, ``null`` removes. ``objects`` is for clusters.
    """

    applies_to: Annotated[Selection, Field(alias="for")]
    """Whose spec it is laid over."""
    patch: dict[str, Any] = {}
    """The part of a model's `spec` that is set."""
    objects: tuple[ObjectRule, ...] = ()
    """What was decided of its objects in a cluster."""


class Overlay(Document):
    """An overlay under `environments/<env>/overlays/`."""

    api_version: Api
    kind: Literal["Overlay"]
    metadata: Metadata
    spec: OverlaySpec
