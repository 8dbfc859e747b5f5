"""A repository made ready to be rendered: cut in parts, with what is everybody's read and judged, and the environments found."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from windlass.engine import resolve, scope
from windlass.flows import load
from windlass.flows.gather import gather
from windlass.flows.load import Around, Loading
from windlass.flows.rendering.part import LOCAL_RULES, Press
from windlass.flows.rendering.parts import Disk, Parts, parts, together
from windlass.model import layout
from windlass.model.diagnostic import Severity
from windlass.model.failure import Findings
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Hands, Ports


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rendering needs besides the ports: the disk as it lies there, and processes to share the work."""

    disk: Disk
    hands: Hands


@dataclass(frozen=True, slots=True)
class Asked:
    """The environments by name, and whether they are rehearsed."""

    environments: tuple[str, ...]
    rehearse: bool = False


@dataclass(frozen=True, slots=True)
class Fleet:
    """A repository in parts, ready to be rendered in some environments."""

    press: Press
    parts: Parts
    outline: Loading
    released: Mapping[str, Mapping[str, str]]


def fleet(ports: Ports, around: Surroundings, asked: Asked) -> Fleet:
    """The repository that is checked out. Raises `Findings` where an environment's own document is wrong, `Usage` (WL603) where
    there is none of that name."""
    released = _released(ports, asked.environments)
    split = parts(around.disk, ports.root, (team for held in released.values() for team in held))
    common = gather(ports, split.common)
    teams = gather(ports, (f"{layout.SPECS}/{team}/team.yaml" for part in split.parts for team in part.teams))
    names = frozenset((*teams.files, *_datasets(around.disk, ports.root, split)))
    outline = load.judged(ports, common | teams, False, Around(names, LOCAL_RULES))
    environments = tuple(_environment(outline, name, asked.rehearse) for name in asked.environments)
    if together(environments):
        split = split.together()
    press = Press(ports, environments, common, Around(names, LOCAL_RULES, outline.known), outline)
    return Fleet(press, split, outline, released)


def _released(ports: Ports, environments: Iterable[str]) -> dict[str, Mapping[str, str]]:
    """The teams that have releases at the commit, by environment, each with an id of all of them."""
    head = ports.git.head()
    folders = {name: f"{layout.ENVIRONMENTS}/{name}/releases" for name in environments if name != LOCAL}
    return {name: ports.git.folders(head, folder) if head else {} for name, folder in folders.items()}


def _environment(outline: Loading, name: str, rehearse: bool) -> Environment:
    """One whose own document is right; raises `Findings` where it, or its place in the chain, is not."""
    needed = scope.of_environment(outline.project, name)
    found = [one for one in outline.diagnostics if needed.concerns(one)]
    if name not in outline.project.environments and any(one.severity is Severity.ERROR for one in found):
        raise Findings(found, sources=outline.texts)
    return resolve.environment(outline.project, name, rehearse)


def _datasets(disk: Disk, root: Path, split: Parts) -> Iterator[str]:
    for part in split.parts:
        for team in part.teams:
            folder = f"{layout.SPECS}/{team}/datasets"
            for name, _ in disk.entries(f"{root}/{folder}"):
                if any(file == "dataset.yaml" for file, _ in disk.entries(f"{root}/{folder}/{name}")):
                    yield f"{folder}/{name}/dataset.yaml"
