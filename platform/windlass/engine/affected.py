"""What a change concerns: the environments to plan anew and the models to test anew, by the paths that it changed.

Rather too much is said than too little: a path may concern an environment and change nothing of what it renders.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from windlass.engine import named_paths
from windlass.engine.lower import names
from windlass.model import layout
from windlass.model.project import Project

TEAM = "team.yaml"
NO_TEMPLATES = ("examples", "README.md")
Paths = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Affected:
    """Environments by name and models by ``team/model``, each with the changed paths that concern it."""

    environments: Paths
    models: Paths


def affected(before: Project, after: Project, paths: Iterable[str]) -> Affected:
    """What the paths concern by what the specs said or say. What is not there any more cannot be planned or tested."""
    environments, models = defaultdict[str, list[str]](list), defaultdict[str, list[str]](list)
    inputs = [(slug, one) for project in (before, after) for slug, one in _inputs(project) if slug in after.models]
    for path in sorted(paths):
        touched = {slug for slug, one in inputs if path == one or path.startswith(f"{one}/")}
        named = {*_environments(before, path), *_environments(after, path)}
        if touched or path.startswith(f"{layout.SPECS}/"):
            named |= {name for name, one in after.environments.items() if one.spec.spec.promotes_from is None}
        for name in named & set(after.environments):
            environments[name].append(path)
        for slug in touched:
            models[slug].append(path)
    return Affected(_told(environments), _told(models))


def _environments(project: Project, path: str) -> Iterable[str]:
    """The environments that a path concerns by where it lies: its own, those that a policy is for, those that use a backend."""
    top, *rest = path.split("/")
    if top == layout.SPECS and rest[-1] == TEAM:
        return project.environments
    if top == layout.ENVIRONMENTS and rest[0] != layout.POLICIES:
        return rest[:1]
    if top == layout.ENVIRONMENTS:
        judging = [one.spec.spec for one in project.policies.values() if one.source.path == path]
        return {name for one in judging for name in one.environments or project.environments}
    if top == layout.TEMPLATES and len(rest) > 2 and rest[2] not in NO_TEMPLATES:
        users = project.environments.items()
        return {name for name, one in users if getattr(one.spec.spec.backends, rest[0], rest[1]) == rest[1]}
    return ()


def _inputs(project: Project) -> Iterator[tuple[str, str]]:
    """Each model with every file and folder that goes into it: its own, its datasets', and what they name elsewhere."""
    for slug, model in project.models.items():
        team, refs = model.spec.metadata.team, model.spec.spec.data
        wanted = (names.owned(team, ref.dataset) for ref in refs)
        datasets = [one for one in map(project.datasets.get, wanted) if one is not None]
        folders = [model.source.folder, *(one.source.folder for one in datasets)]
        named = [*named_paths.of_model(model), *(path for one in datasets for path in named_paths.of_dataset(one))]
        yield from ((slug, path) for path in (*folders, *(one.inside for one in named)) if path is not None)


def _told(found: Mapping[str, list[str]]) -> Paths:
    return {name: tuple(paths) for name, paths in sorted(found.items())}
