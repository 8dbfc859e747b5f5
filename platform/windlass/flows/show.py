"""`windlass show`: what a model's spec is in one environment, and which file says so."""

from dataclasses import dataclass

from windlass.engine import resolve, settings
from windlass.engine.parse import parse
from windlass.flows import load
from windlass.model import layout
from windlass.model.project import Loaded, Project, Source
from windlass.model.setting import Setting
from windlass.model.specs.environment import LOCAL
from windlass.model.specs.model import Model
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Shown:
    """The values, of which model, and the document that overlays were laid over: a release's promoted spec, or ``specs/``."""

    slug: str
    base: str
    released: bool
    settings: tuple[Setting, ...]


def show(ports: Ports, text: str | None, here: str, environment: str, path: str | None) -> Shown:
    """What serves there: behind the head of the chain the promoted spec of the release that lies there; what is not released
    yet, and the head, which serves what it trains, are shown from ``specs/``. Raises `Usage`: WL603 for an unknown environment,
    WL278 for an unknown path."""
    project, loaded = load.require_model(ports, text, here, environment, generated=False)
    resolve.environment(project, environment, rehearse=False)
    promoted = _promoted(ports, project, loaded, environment)
    source = promoted or loaded.source
    found = settings.settings(project, source, environment)
    chosen = settings.below(found, path) if path else found
    return Shown(loaded.spec.metadata.slug, source.path, promoted is not None, chosen)


def _promoted(ports: Ports, project: Project, loaded: Loaded[Model], environment: str) -> Source | None:
    if environment == LOCAL or project.environments[environment].spec.spec.promotes_from is None:
        return None
    path = f"{layout.release_folder(environment, loaded.spec.metadata.slug)}/model.yaml"
    data = ports.files.read(ports.root / path)
    return parse(path, data).source if data is not None else None
