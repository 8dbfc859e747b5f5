"""What the rules look at: every document that was read, the project of the valid ones, and facts about the files they name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from windlass.engine.backend import Known
from windlass.engine.homes import Home
from windlass.engine.lower import names
from windlass.model.metadata import TeamMetadata
from windlass.model.project import Loaded, Project, Source, Spec
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.model import Model


@dataclass(frozen=True, slots=True)
class Read:
    """One file that was read as a document. ``source`` is None where it is no YAML, ``spec`` where it does not fit its kind;
    what is not ``sound`` has mistakes and its ``spec`` is only what was probably meant."""

    path: str
    home: Home | None
    source: Source | None = None
    spec: Spec | None = None
    sound: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """What is at a path of the repository; ``outside`` where a link leads out of it. ``data`` only where it was asked for."""

    kind: Literal["file", "folder", "absent", "outside"]
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class Tree:
    """The whole, for rules. ``overlaid`` are models as an environment's overlays make them, by environment and ``team/name``,
    with the places of both; ``today`` is the day (``2026-03-03``, UTC) on which the tree is judged, ``known`` the backends that
    there are, None where nobody has looked."""

    documents: tuple[Read, ...]
    project: Project
    overlaid: Mapping[tuple[str, str], Loaded[Model]] = field(default_factory=dict)
    files: Mapping[str, Fact] = field(default_factory=dict)
    today: str = ""
    known: Known | None = None
    elsewhere: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The labels of models by ``team/name`` that are known, but not read here."""

    def models(self) -> Iterator[Loaded[Model]]:
        """Every model as written, then as overlaid."""
        yield from self.project.models.values()
        yield from self.overlaid.values()

    def datasets(self) -> Iterable[Loaded[Dataset]]:
        """Every dataset."""
        return self.project.datasets.values()

    def names(self, kind: str) -> set[str]:
        """The names of a kind, also of documents that are faulty or misplaced: a broken document is not a missing one."""
        named = {read.home.key for read in self.documents if read.home and read.home.kind == kind}
        return named | {name for read in self.documents if read.home is None and (name := _own_name(read, kind))}

    def fact(self, folder: str, path: str) -> Fact:
        """What is at a path that is relative to a folder."""
        return self.files.get(names.joined(folder, path), Fact("absent"))


def _own_name(read: Read, kind: str) -> str:
    """What a document without a home calls itself, if it is of a kind."""
    if read.spec is None or read.spec.kind != kind:
        return ""
    meta = read.spec.metadata
    return meta.slug if isinstance(meta, TeamMetadata) else meta.name
