"""`backend.yaml`: what a folder of templates is for, what it can say, what an environment may set, and which documents it makes."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import Document, Flag, Int, Number, Text
from windlass.model.specs.dataset import Scalar
from windlass.model.workload import Metrics

Axis = Literal[
    "access", "features", "images", "logging", "monitoring", "pipelines", "secrets", "serving", "tenancy", "tracking"
]
KINDS: dict[str, str] = {
    "access": "Access",
    "features": "FeatureSet",
    "images": "ImageRecipe",
    "logging": "LogStream",
    "monitoring": "Monitor",
    "pipelines": "Pipeline",
    "secrets": "Secret",
    "serving": "Service",
    "tenancy": "Tenancy",
    "tracking": "Tracking",
}
"""Axis to the kind of workload that its backends spell: one axis, one kind."""


class Option(Document):
    """A setting of a backend that an environment may change. Templates see it as ``options.<name>``."""

    name: Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9]*$")]
    """How the environment calls it, in camelCase."""
    type: Literal["string", "integer", "number", "boolean"]
    """What its value is."""
    default: Scalar
    """Its value unless an environment says another one."""
    description: Text
    """What it does."""
    minimum: Number | None = None
    """The smallest number."""
    maximum: Number | None = None
    """The largest number."""
    enum: tuple[Scalar, ...] | None = None
    """The only values."""


class Made(Document):
    """One document: where it goes and which template spells it. A template that renders nothing makes none."""

    path: Text
    """Its path, itself a template."""
    template: Text
    """A file beside `backend.yaml`."""


class Backend(Document):
    """A backend: how one kind of workload is spelled for one system."""

    axis: Axis
    """The folder above."""
    name: Text
    """The folder."""
    workload: Text
    """The kind of workload that it spells."""
    target: Text
    """What takes its documents; for `kubernetes` each one is an object."""
    capabilities: dict[str, Flag | Int | Text | tuple[Text, ...]] = {}
    """What it can say."""
    metrics: Metrics | None = None
    """How what it serves is measured; without it nothing is watched."""
    variables: dict[str, Literal["uri", "experiment"]] = {}
    """What trainings are told of a tracker, by the variable that its clients read."""
    options: tuple[Option, ...] = ()
    """What an environment may set."""
    documents: Annotated[tuple[Made, ...], Field(min_length=1)]
    """What it makes."""

    @property
    def folder(self) -> str:
        """Where it lies, in Windlass as in a config repository."""
        return f"templates/{self.axis}/{self.name}"


@dataclass(frozen=True, slots=True)
class Listed:
    """A backend as it describes itself, and which of its files are the repository's own."""

    backend: Backend
    own: tuple[str, ...]
