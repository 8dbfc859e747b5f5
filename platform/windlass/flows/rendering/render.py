"""The verb `render`: what specs and releases become in some environments, as files, without touching anything else.

Each part of the repository is read, judged and rendered by itself, by several processes where there is enough to do. Into a folder,
a part is rendered again only where something changed that it depends on, or that lies in the folder.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from windlass.engine.cast import Document
from windlass.flows.rendering import memory
from windlass.flows.rendering.agreement import agreed
from windlass.flows.rendering.fleet import Asked, Surroundings, fleet
from windlass.flows.rendering.memory import Entry
from windlass.flows.rendering.part import Made
from windlass.flows.rendering.parts import Part
from windlass.flows.rendering.standing import State, common, state_of
from windlass.model import digests
from windlass.ports import Ports, Rendered

EVERYBODYS = ""
"""The name of the part that no team has."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How many files there are now, and how many parts of how many were rendered for it."""

    files: int
    rendered: int
    parts: int


def shown(ports: Ports, around: Surroundings, asked: Asked) -> dict[str, bytes]:
    """Every file by its path. Raises what the specs are refused for."""
    ready = fleet(ports, around, asked)
    files: dict[str, bytes] = {}

    def keep(path: str, document: Document) -> None:
        files[path] = document.data

    made = {EVERYBODYS: ready.press.everybodys(keep)}
    made |= {part.name: ready.press.make(part, keep) for part in ready.parts.parts}
    agreed(ports, ready, made)
    return dict(sorted(files.items()))


def into(ports: Ports, around: Surroundings, asked: Asked, out: Rendered, place: str) -> Shown:
    """Write them below a folder, which then holds nothing else, one call after the other; what is remembered of it is kept under
    the name of its ``place``. Raises what the specs are refused for, and writes nothing then."""
    with ports.locks.hold(f"render-{digests.short(digests.of_value(place), 16)}", ports.progress):
        return _into(ports, around, asked, out, place)


def _into(ports: Ports, around: Surroundings, asked: Asked, out: Rendered, place: str) -> Shown:
    ready, where = fleet(ports, around, asked), memory.path(ports.root, place, asked.environments, asked.rehearse)
    before, every = memory.recall(ports.files, where), common(ports, around.disk, ready)

    def look(part: Part) -> State:
        return state_of(ports, around.disk, every, part, before.get(part.name), out)

    states = dict(
        zip((part.name for part in ready.parts.parts), around.hands.each(look, ready.parts.parts), strict=True)
    )
    kept = {name: before[name] for name, state in states.items() if state.stands}
    todo = [part for part in ready.parts.parts if part.name not in kept]
    out.begin()
    try:
        made = {EVERYBODYS: ready.press.everybodys(lambda path, one: out.put(path, one.data))}
        while todo:
            results = around.hands.each(
                lambda part: ready.press.make(part, lambda path, one: out.put(path, one.data)), todo
            )
            made |= dict(zip((part.name for part in todo), results, strict=True))
            unsure = _meeting(made, kept)
            todo = [part for part in ready.parts.parts if part.name in unsure]
            kept = {name: entry for name, entry in kept.items() if name not in unsure}
        agreed(ports, ready, made | {name: entry.made for name, entry in kept.items()})
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
    return Shown(sum(entry.made.count for entry in entries.values()), len(made) - 1, len(ready.parts.parts))


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
