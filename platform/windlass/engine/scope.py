"""What a command needs to be right: a mistake in a spec stops the commands that use it, and no other.

A scope is a set of documents and folders of the repository. A finding concerns it where it lies in one of them, or in a folder
above (``specs`` itself is a link), or explains itself by a place in one of them, or has no place at all. A mistake in a
backend of the repository's own concerns everybody.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from windlass.engine.homes import home
from windlass.engine.lower import names
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL


@dataclass(frozen=True, slots=True)
class Scope:
    """Files, and folders with all that is in them; paths relative to the repository. ``chain`` adds the documents of all
    environments (their order gives each its place) and the policies, ``teams`` those of all teams; ``environment`` is the one
    that something goes into."""

    files: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    chain: bool = False
    teams: bool = False
    environment: str | None = None

    def __or__(self, other: "Scope") -> "Scope":
        chain, teams = self.chain or other.chain, self.teams or other.teams
        environment = self.environment or other.environment
        return Scope(self.files | other.files, self.folders | other.folders, chain, teams, environment)

    def concerns(self, finding: Diagnostic) -> bool:
        """Whether a finding says something about what is in here."""
        if finding.environments is not None and self.environment not in finding.environments:
            return False
        places = [*([finding.place] if finding.place else []), *(related.place for related in finding.related)]
        return not finding.place or any(self._holds(place.path) for place in places)

    def _holds(self, path: str) -> bool:
        where = home(path)
        if self.chain and where is not None and where.kind in ("Environment", "Policy"):
            return True
        if self.teams and where is not None and where.kind == "Team":
            return True
        if path.startswith(f"{layout.TEMPLATES}/"):
            return True
        inside = path in self.files or any(path == folder or path.startswith(f"{folder}/") for folder in self.folders)
        return inside or any(part.startswith(f"{path}/") for part in (*self.files, *self.folders))


def of_model(project: Project, slug: str) -> Scope:
    """A model with all that its folder holds, its team, and the datasets it reads with theirs."""
    team = slug.partition("/")[0]
    loaded = project.models.get(slug)
    refs = loaded.spec.spec.data if loaded else ()
    data = {names.owned(team, ref.dataset) for ref in refs}
    teams = {team, *(one.partition("/")[0] for one in data)}
    folders = {f"{layout.SPECS}/{slug}", *(f"{layout.SPECS}/{_beside(one)}" for one in data)}
    return Scope(frozenset(f"{layout.SPECS}/{one}/team.yaml" for one in teams), frozenset(folders))


def of_environment(project: Project, name: str, specs: bool = True) -> Scope:
    """An environment with its overlays and releases, and its place in the chain; the teams where it makes room for each;
    where it trains, every spec too (unless ``specs`` is false)."""
    declared = project.environments.get(name)
    teams = declared is not None and declared.spec.spec.backends.tenancy is not None
    folders = frozenset([f"{layout.ENVIRONMENTS}/{name}"])
    here = Scope(folders=folders, chain=name != LOCAL, teams=teams, environment=name)
    return here | Scope(folders=frozenset([layout.SPECS])) if specs and _trains(project, name) else here


def _trains(project: Project, name: str) -> bool:
    declared = project.environments.get(name)
    return name == LOCAL or (declared is not None and declared.spec.spec.promotes_from is None)


def _beside(dataset: str) -> str:
    team, _, name = dataset.partition("/")
    return f"{team}/datasets/{name}"


def without(project: Project, wrong: Iterable[str]) -> Project:
    """The project without the models, datasets and overlays that have mistakes: whoever works with the others must not
    stumble over them. Environments stay: they say where state lies."""
    gone = set(wrong)
    models = {slug: one for slug, one in project.models.items() if one.source.path not in gone}
    datasets = {slug: one for slug, one in project.datasets.items() if one.source.path not in gone}
    overlays = {
        name: tuple(one for one in laid if one.source.path not in gone) for name, laid in project.overlays.items()
    }
    return replace(project, models=models, datasets=datasets, overlays=overlays)
