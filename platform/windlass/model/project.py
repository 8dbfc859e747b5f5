"""`Project`: the valid whole of specs and environments, with the place of each document."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from windlass.model.diagnostic import Place
from windlass.model.release import Release
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model
from windlass.model.specs.overlay import Overlay
from windlass.model.specs.policy import Policy
from windlass.model.specs.team import Team

Spec = Team | Dataset | Model | Environment | Policy | Overlay | Release
Kind = TypeVar("Kind", bound=Spec)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document came from: repository-relative path, its plain value, and the place of every node in it.

    ``places`` maps a path of keys and indices (``("spec", "pipeline", "stages", 0, "cmd")``) to the place of its value;
    ``keys`` to the place of its key.
    """

    path: str
    value: dict[str, Any]
    places: Mapping[tuple[str | int, ...], Place]
    keys: Mapping[tuple[str | int, ...], Place]
    text: str = ""
    """The whole file."""

    @property
    def folder(self) -> str:
        """The folder of the document, relative to the repository, without a slash at the end."""
        return self.path.rpartition("/")[0]

    def place(self, *path: str | int) -> Place:
        """The place of the value at a path, or of its nearest parent that exists."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, Place(self.path))


@dataclass(frozen=True, slots=True)
class Loaded(Generic[Kind]):
    """A valid document and its source."""

    spec: Kind
    source: Source


@dataclass(frozen=True, slots=True)
class Project:
    """Every valid document by its name: teams, environments and policies by ``name``; datasets and models by
    ``team/name``; overlays by environment; releases by ``(environment, team/name)``.
    """

    teams: dict[str, Loaded[Team]] = field(default_factory=dict)
    datasets: dict[str, Loaded[Dataset]] = field(default_factory=dict)
    models: dict[str, Loaded[Model]] = field(default_factory=dict)
    environments: dict[str, Loaded[Environment]] = field(default_factory=dict)
    policies: dict[str, Loaded[Policy]] = field(default_factory=dict)
    overlays: dict[str, tuple[Loaded[Overlay], ...]] = field(default_factory=dict)
    releases: dict[tuple[str, str], Loaded[Release]] = field(default_factory=dict)
