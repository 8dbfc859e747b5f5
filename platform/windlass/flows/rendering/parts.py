"""A repository in parts: what is one team's, and what is everybody's. What a part becomes depends on itself and on that alone.

So that a fleet of models need not be in memory at once, each part is read, judged and rendered by itself, and one that has not
changed not at all.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from windlass.model import layout
from windlass.model.specs.environment import LOCAL, Environment

RELEASES = "releases"


class Disk(Protocol):
    """Looking at the disk by text paths (`adapters.survey`)."""

    def entries(self, folder: str) -> list[tuple[str, str]]:
        """Names in one folder, each a ``file``, ``folder`` or ``link``."""
        ...

    def stamp(self, top: str) -> tuple[str, int, bool]:
        """A digest of names, sizes and times below a folder, the last change, and whether there are links."""
        ...

    def own_state(self) -> str:
        """What Windlass is made of here."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """What belongs to some teams: their folder below `specs/` as it lies there, and their releases as they were committed."""

    teams: tuple[str, ...]
    folders: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the part is called."""
        return " ".join(self.teams)

    def released(self, environments: Iterable[str]) -> tuple[str, ...]:
        """Where environments have releases of these teams, if they have any."""
        return tuple(f"{layout.ENVIRONMENTS}/{name}/{RELEASES}/{team}" for name in environments for team in self.teams)

    def holds(self, path: str) -> bool:
        """Whether a path lies in one of its folders, as it lies there."""
        return any(path.startswith(f"{folder}/") for folder in self.folders)


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts, and the files that are everybody's."""

    parts: tuple[Part, ...]
    common: tuple[str, ...]

    @property
    def whole(self) -> Part:
        """All teams as one part."""
        teams = tuple(team for part in self.parts for team in part.teams)
        return Part(teams, tuple(folder for part in self.parts for folder in part.folders))

    def together(self) -> "Parts":
        """The same with all teams as one part."""
        return Parts((self.whole,) if self.parts else (), self.common)


def parts(disk: Disk, root: Path, released: Iterable[str]) -> Parts:
    """One part for each team that has specs, or releases that were committed (``released``)."""
    folders: dict[str, list[str]] = {team: [] for team in released}
    common: list[str] = []
    for name, kind in disk.entries(f"{root}/{layout.SPECS}"):
        if kind == "folder":
            folders.setdefault(name, []).append(f"{layout.SPECS}/{name}")
        else:
            common.append(f"{layout.SPECS}/{name}")
    for environment, kind in disk.entries(f"{root}/{layout.ENVIRONMENTS}"):
        inside = f"{layout.ENVIRONMENTS}/{environment}"
        if kind != "folder":
            common.append(inside)
            continue
        common += [f"{inside}/{name}" for name, _ in disk.entries(f"{root}/{inside}") if name != RELEASES]
    every = (Part((team,), tuple(mine)) for team, mine in sorted(folders.items()))
    return Parts(tuple(every), tuple(common))


def together(environments: Iterable[Environment]) -> bool:
    """Whether teams meet in what is rendered: on this machine, where each service takes the next port, and where one namespace
    is for several teams."""
    return any(
        one.metadata.name == LOCAL
        or one.spec.target.kind == "local"
        or "{team}" not in (one.spec.target.namespace or "{team}")
        for one in environments
    )
