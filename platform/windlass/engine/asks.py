"""What the rules need to know of the disk: asked for once, so that the rules themselves stay pure."""

from collections.abc import Iterable
from itertools import chain

from windlass.engine.lower import names
from windlass.engine.named_paths import Named, of_dataset, of_model
from windlass.model import layout
from windlass.model.project import Project
from windlass.model.specs.team import Quota


def asks(project: Project, generated: Iterable[str]) -> dict[str, bool]:
    """Paths of the repository, each with whether its bytes are wanted too. Paths that leave the repository are not asked.
    ``generated`` are the names of the files that are rendered beside each spec, where they are compared, and locks with them."""
    wanted: dict[str, bool] = {}
    names_beside = tuple(generated)
    with_data = ("requirements", "example") if names_beside else ("example",)
    for named in every(project):
        path = named.inside
        if path is not None:
            wanted[path] = wanted.get(path, False) or named.role in with_data
            if named.role == "requirements":
                wanted[names.lock_of(path)] = bool(names_beside)
    sources = [model.source for model in project.models.values()] + [data.source for data in project.datasets.values()]
    for source in sources:
        wanted |= {f"{source.folder}/{name}": True for name in names_beside}
    return wanted | _promoted(project)


def every(project: Project) -> Iterable[Named]:
    """Every path that a model or a dataset names."""
    yield from chain.from_iterable(map(of_model, project.models.values()))
    yield from chain.from_iterable(map(of_dataset, project.datasets.values()))


def _promoted(project: Project) -> dict[str, bool]:
    """The promoted specs of teams with a quota: what they serve counts against it."""
    bound = {name for name, team in project.teams.items() if team.spec.spec.quota != Quota()}
    return {
        f"{layout.release_folder(environment, slug)}/model.yaml": True
        for environment, slug in project.releases
        if slug.partition("/")[0] in bound
    }
