"""Whether a part stands as it was rendered before: what it depends on, in one digest, and how its files of the output look."""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass import __version__
from windlass.flows.gather import answer, templates_of
from windlass.flows.rendering import objects
from windlass.flows.rendering.fleet import Fleet
from windlass.flows.rendering.memory import Entry
from windlass.flows.rendering.parts import Disk, Part
from windlass.model import digests, layout
from windlass.ports import Ports, Rendered

SETTLED_NS = 100_000_000
"""What changed so short before it was read may have changed once more since, at what looks like the same time."""


@dataclass(frozen=True, slots=True)
class State:
    """How a part is found: what it depends on, whether that has been so for long enough to be sure, and whether it need not be
    rendered, because nothing has changed of that or of what it became."""

    key: str
    settled: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class Common:
    """What every part depends on: a digest of what is everybody's, the folders of releases at the commit by environment, and
    the files of each team that git tracks, where code is taken from there."""

    digest: str
    released: Mapping[str, Mapping[str, str]]
    tracked: Mapping[str, list[str]]
    now: int


def common(ports: Ports, disk: Disk, fleet: Fleet) -> Common:
    """What the parts of a fleet depend on together."""
    press, now = fleet.press, ports.clock.now()
    shared = {
        "tool": f"{__version__}\n{disk.own_state()}",
        "environments": [one.plain() for one in press.environments],
        "files": {path: digests.of_bytes(data) for path, data in {**press.common.files, **templates_of(ports)}.items()},
        "links": press.common.links,
        "today": now.date().isoformat() if any(b"exemptions" in data for data in press.common.files.values()) else "",
    }
    tracked: dict[str, list[str]] = {}
    if any(objects.trains(ports, one) for one in press.environments):
        for path in sorted(ports.git.tracked(layout.SPECS)):
            tracked.setdefault(path.split("/")[1], []).append(path)
    return Common(digests.of_value(shared), fleet.released, tracked, int(now.timestamp() * 1e9))


def state_of(ports: Ports, disk: Disk, common: Common, part: Part, entry: Entry | None, out: Rendered) -> State:
    """How a part is found now; ``entry`` is what is remembered of it."""
    stamps = [disk.stamp(f"{ports.root}/{folder}") for folder in part.folders]
    mine = {
        "common": common.digest,
        "stamps": [stamp for stamp, _, _ in stamps],
        "released": {name: [held.get(team, "") for team in part.teams] for name, held in common.released.items()},
        "tracked": [common.tracked.get(team, []) for team in part.teams],
    }
    key = digests.of_value(mine)
    newest = max((changed for _, changed, _ in stamps), default=0)
    settled = newest < common.now - SETTLED_NS and not any(links for _, _, links in stamps)
    stands = (
        entry is not None
        and entry.key == key
        and all(answer(ports, path, with_data) == told for path, (with_data, told) in entry.made.outside.items())
        and all(out.stamp(folder, entry.made.folders.get(folder)) == stamp for folder, stamp in entry.stamps.items())
    )
    return State(key, settled, stands)
