"""The verb `render`: what specs and releases become in some environments, as files, without touching anything else.

Each part of the repository is read, judged and rendered by itself, by several processes where there is enough to do. Into a folder,
a part is rendered again only where something changed that it depends on, or that lies in the folder. Rules that look from one
team to another are judged by names alone; where they find anything, everything is read again to say it well.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from windlass import __version__
from windlass.engine import resolve, scope, validate
from windlass.engine.cast import Document
from windlass.engine.rules import WHOLE
from windlass.flows import load
from windlass.flows.load import Around, Loading
from windlass.flows.rendering import memory, objects
from windlass.flows.rendering.memory import Entry
from windlass.flows.rendering.part import LOCAL_RULES, Made, Press
from windlass.flows.rendering.parts import Disk, Part, Parts, parts, together
from windlass.model import digests, layout
from windlass.model.diagnostic import Diagnostic, Severity
from windlass.model.failure import Findings
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Hands, Ports, Rendered

SETTLED_NS = 100_000_000
"""What changed so short before it was read may have changed once more since, at what looks like the same time."""
EVERYBODYS = ""
"""The name of the part that no team has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How many files there are now, and how many parts of how many were rendered for it."""

    files: int
    rendered: int
    parts: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rendering needs besides the ports: the disk as it lies there, and processes to share the work."""

    disk: Disk
    hands: Hands


@dataclass(frozen=True, slots=True)
class _Fleet:
    """A repository in parts, ready to be rendered in some environments."""

    press: Press
    parts: Parts
    outline: Loading
    released: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The environments by name, and whether they are rehearsed."""

    environments: tuple[str, ...]
    rehearse: bool = False


def shown(ports: Ports, around: Surroundings, asked: Asked) -> dict[str, bytes]:
    """Every file by its path. Raises what the specs are refused for."""
    fleet = _fleet(ports, around, asked)
    files: dict[str, bytes] = {}

    def keep(path: str, document: Document) -> None:
        files[path] = document.data

    made = {EVERYBODYS: fleet.press.everybodys(keep)}
    made |= {part.name: fleet.press.make(part, keep) for part in fleet.parts.parts}
    _agreed(ports, fleet, made)
    return dict(sorted(files.items()))


def into(ports: Ports, around: Surroundings, asked: Asked, out: Rendered, place: str) -> Shown:
    """Write them below a folder, which then holds nothing else, one call after the other; what is remembered of it is kept under
    the name of its ``place``. Raises what the specs are refused for, and writes nothing then."""
    with ports.locks.hold(f"render-{digests.short(digests.of_value(place), 16)}", ports.progress):
        return _into(ports, around, asked, out, place)


def _into(ports: Ports, around: Surroundings, asked: Asked, out: Rendered, place: str) -> Shown:
    fleet, where = _fleet(ports, around, asked), memory.path(ports.root, place, asked.environments, asked.rehearse)
    before, key = memory.recall(ports.files, where), _key(ports, around.disk, fleet)

    def look(part: Part) -> _State:
        return _state(ports, around.disk, key, part, before.get(part.name), out)

    states = dict(
        zip((part.name for part in fleet.parts.parts), around.hands.each(look, fleet.parts.parts), strict=True)
    )
    kept = {name: before[name] for name, state in states.items() if state.stands}
    todo = [part for part in fleet.parts.parts if part.name not in kept]
    out.begin()
    try:
        made = {EVERYBODYS: fleet.press.everybodys(lambda path, one: out.put(path, one.data))}
        while todo:
            results = around.hands.each(
                lambda part: fleet.press.make(part, lambda path, one: out.put(path, one.data)), todo
            )
            made |= dict(zip((part.name for part in todo), results, strict=True))
            unsure = _meeting(made, kept)
            todo = [part for part in fleet.parts.parts if part.name in unsure]
            kept = {name: entry for name, entry in kept.items() if name not in unsure}
        _agreed(ports, fleet, made | {name: entry.made for name, entry in kept.items()})
        gone = [entry.made for name, entry in before.items() if name not in states]
        # nobody's stamp tells of a new file in a folder that several have together: those are looked through each time
        looked = [*made.values(), *gone, *(entry.made for entry in kept.values())]
        fresh = {folder for one in looked for folder in one.folders}
        out.settle(_held(fresh, (*made.values(), *(entry.made for entry in kept.values()))))
    except BaseException:
        out.abandon()
        raise
    out.keep(
        {folder for entry in kept.values() for folder in entry.stamps}.union(*(one.folders for one in made.values())),
        fresh,
    )
    entries = {name: Entry(states[name].key if name in states else "", one, {}) for name, one in made.items()}
    entries = kept | _stamped(entries, kept, out)
    lasting = {
        name: one for name, one in entries.items() if name in states and states[name].settled and one.made.lasting
    }
    memory.remember(ports.files, where, lasting)
    return Shown(sum(entry.made.count for entry in entries.values()), len(made) - 1, len(fleet.parts.parts))


def _meeting(made: Mapping[str, Made], kept: Mapping[str, Entry]) -> set[str]:
    """The parts that need not be rendered, but have a folder together with one that was, and nobody remembers which files of it
    are theirs."""
    fresh = {folder for one in made.values() for folder in one.folders}
    return {name for name, entry in kept.items() if fresh & (entry.stamps.keys() - entry.made.folders.keys())}


def _held(folders: set[str], parts: Iterable[Made]) -> dict[str, list[str]]:
    """All files of some folders, whichever parts they are of."""
    found: dict[str, list[str]] = {folder: [] for folder in folders}
    for one in parts:
        for folder in folders & one.folders.keys():
            found[folder].extend(one.folders[folder])
    return found


def _stamped(entries: Mapping[str, Entry], kept: Mapping[str, Entry], out: Rendered) -> dict[str, Entry]:
    """Entries with how their folders of the output look, and no more files in mind than of folders that are not a part's own."""
    several = Counter(folder for entry in (*entries.values(), *kept.values()) for folder in entry.made.folders)
    found: dict[str, Entry] = {}
    for name, entry in entries.items():
        folders = entry.made.folders
        shared = {folder: files for folder, files in folders.items() if several[folder] > 1 or not folder}
        stamps = {folder: out.stamp(folder, shared.get(folder)) for folder in folders}
        found[name] = replace(entry, made=replace(entry.made, folders=shared), stamps=stamps)
    return found


def _fleet(ports: Ports, around: Surroundings, asked: Asked) -> _Fleet:
    released = _released(ports, asked.environments)
    split = parts(around.disk, ports.root, (team for held in released.values() for team in held))
    common = load.gather(ports, split.common)
    teams = load.gather(ports, (f"{layout.SPECS}/{team}/team.yaml" for part in split.parts for team in part.teams))
    names = frozenset((*teams.files, *_datasets(around.disk, ports.root, split)))
    outline = load.judged(ports, common | teams, False, Around(names, LOCAL_RULES))
    environments = tuple(_environment(outline, name, asked.rehearse) for name in asked.environments)
    if together(environments):
        split = split.together()
    press = Press(ports, environments, common, Around(names, LOCAL_RULES, outline.known), outline)
    return _Fleet(press, split, outline, released)


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


def _agreed(ports: Ports, fleet: _Fleet, made: Mapping[str, Made]) -> None:
    """Raise everything that any part is refused for, at once; say what only warns."""
    outline, environments = fleet.outline, fleet.press.environments
    needed = [scope.of_environment(outline.project, one.metadata.name) for one in environments]
    failures = [one.failure for one in made.values() if one.failure is not None]
    every = [*outline.diagnostics, *(told for one in made.values() for told in one.found)]
    wrong = {path for one in made.values() for path in one.wrong} | _wrong(outline.diagnostics)
    texts = dict(outline.texts)
    if failures or not _apart(ports, fleet, made):
        # a part that failed has no names to tell, and what is wrong between teams is told with the places of both
        whole = fleet.press.whole(fleet.parts.whole)
        found = [one for one in whole.diagnostics if any(some.concerns(one) for some in needed)]
        if any(one.severity is Severity.ERROR for one in found):
            # what the files hold comes before what policies say of what they become
            raise Findings(found, sources=whole.texts)
        every, wrong = [*whole.diagnostics, *every], _wrong(whole.diagnostics)
    for one in made.values():
        texts |= one.texts
    rendered = {told for one in made.values() for told in one.found}
    told = {one: None for one in every if one in rendered or any(some.concerns(one) for some in needed)}
    if failures or any(one.severity is Severity.ERROR for one in told):
        kind = Findings if not failures or Findings in failures else failures[0]
        raise kind(sorted(told, key=lambda one: (str(one.place or ""), one.code)), sources=texts)
    for warning in told:
        ports.progress.note(f"{warning.place}  {warning.code}  {warning.message}")
    load.told_elsewhere(ports, wrong)


def _wrong(found: Iterable[Diagnostic]) -> set[str]:
    return {one.place.path for one in found if one.place and one.severity is Severity.ERROR}


def _apart(ports: Ports, fleet: _Fleet, made: Mapping[str, Made]) -> bool:
    """Whether nothing is wrong between teams, as far as names tell."""
    names = [one.names for one in made.values()]
    for several in ([name for one in names for name in one.taken], [name for one in names for name in one.registered]):
        if len(set(several)) < len(several):
            return False
    reading = validate.read(fleet.outline.files, (path for one in names for path in one.documents))
    labels = {slug: held for one in names for slug, held in one.labels.items()}
    today = ports.clock.now().date().isoformat()
    told = validate.judge(reading, {}, today, None, fleet.outline.known, WHOLE, labels)
    return not set(told) - set(reading.diagnostics)


@dataclass(frozen=True, slots=True)
class _State:
    """How a part is found: what it depends on, whether that has been so for long enough to be sure, and whether it need not be
    rendered, because nothing has changed of that or of what it became."""

    key: str
    settled: bool
    stands: bool


@dataclass(frozen=True, slots=True)
class _Common:
    """What every part depends on: a digest of what is everybody's, the folders of releases at the commit by environment, and
    the files of each team that git tracks, where code is taken from there."""

    digest: str
    released: Mapping[str, Mapping[str, str]]
    tracked: Mapping[str, list[str]]
    now: int


def _key(ports: Ports, disk: Disk, fleet: _Fleet) -> _Common:
    press, now = fleet.press, ports.clock.now()
    common = {
        "tool": f"{__version__}\n{disk.own_state()}",
        "environments": [one.plain() for one in press.environments],
        "files": {
            path: digests.of_bytes(data) for path, data in {**press.common.files, **load.templates_of(ports)}.items()
        },
        "links": press.common.links,
        "today": now.date().isoformat() if any(b"exemptions" in data for data in press.common.files.values()) else "",
    }
    tracked: dict[str, list[str]] = {}
    if any(objects.trains(ports, one) for one in press.environments):
        for path in sorted(ports.git.tracked(layout.SPECS)):
            tracked.setdefault(path.split("/")[1], []).append(path)
    return _Common(digests.of_value(common), fleet.released, tracked, int(now.timestamp() * 1e9))


def _state(ports: Ports, disk: Disk, common: _Common, part: Part, entry: Entry | None, out: Rendered) -> _State:
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
        and all(load.answer(ports, path, with_data) == told for path, (with_data, told) in entry.made.outside.items())
        and all(out.stamp(folder, entry.made.folders.get(folder)) == stamp for folder, stamp in entry.stamps.items())
    )
    return _State(key, settled, stands)
