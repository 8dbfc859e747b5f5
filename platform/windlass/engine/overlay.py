"""Overlays on a model: which of an environment's documents apply, in which order, and what the model becomes.

The order is by how closely an overlay names the model: a selection of labels, then its team, then the model itself. Within one
level two overlays may not set the same path (a rule says so), so their order by name changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from windlass.engine.merge import merged_with_origins, taken
from windlass.model.project import Loaded, Project, Source
from windlass.model.specs.overlay import Overlay

Path = tuple[str | int, ...]
Origin = tuple[Loaded[Overlay], Path]
LEVELS = ("selector", "team", "model")


@dataclass(frozen=True, slots=True)
class Laid:
    """A model document with overlays on it: the plain value, for each path that one of them gave, which and where, and in
    ``history`` all that gave it or took it away, in the order in which they were laid."""

    value: dict[str, Any]
    origins: Mapping[Path, Origin]
    history: Mapping[Path, tuple[Origin, ...]]


def level(overlay: Overlay, team: str, name: str, labels: Mapping[str, str]) -> int | None:
    """The index in `LEVELS` at which an overlay applies to a model; None where it does not."""
    chosen = overlay.spec.applies_to
    if chosen.model is not None:
        return 2 if chosen.model == f"{team}/{name}" else None
    if chosen.team is not None:
        return 1 if chosen.team == team else None
    wanted = chosen.selector or {}
    return 0 if wanted and all(labels.get(key) == text for key, text in wanted.items()) else None


def applying(
    project: Project, environment: str, document: Mapping[str, Any]
) -> tuple[tuple[int, Loaded[Overlay]], ...]:
    """The overlays of an environment for a model document (its plain value), in the order in which they are laid."""
    meta = document["metadata"]
    found = []
    for loaded in project.overlays.get(environment, ()):
        at = level(loaded.spec, meta["team"], meta["name"], meta.get("labels", {}))
        if at is not None:
            found.append((at, loaded))
    return tuple(sorted(found, key=lambda entry: (entry[0], entry[1].spec.metadata.name)))


def lay(project: Project, environment: str, document: Mapping[str, Any]) -> Laid:
    """A model document with an environment's overlays on its ``spec``."""
    value, origins, history = dict(document), dict[Path, Origin](), dict[Path, tuple[Origin, ...]]()
    for _, loaded in applying(project, environment, document):
        gone = dict(taken(value["spec"], loaded.spec.spec.patch))
        value["spec"], given = merged_with_origins(value["spec"], loaded.spec.spec.patch)
        origins |= {("spec", *path): (loaded, ("spec", "patch", *origin)) for path, origin in given.items()}
        for inside, where in (given | gone).items():
            path = ("spec", *inside)
            history[path] = (*history.get(path, ()), (loaded, ("spec", "patch", *where)))
    return Laid(value, origins, history)


def source(written: Source, laid: Laid) -> Source:
    """The source of a laid model: what an overlay gave stands where the overlay says it, the rest where the model does."""
    places, keys = dict(written.places), dict(written.keys)
    for path, (loaded, origin) in laid.origins.items():
        places[path] = loaded.source.place(*origin)
        if origin in loaded.source.keys:
            keys[path] = loaded.source.keys[origin]
        elif path in keys:
            del keys[path]
    return replace(written, value=laid.value, places=places, keys=keys)
