"""The verb `render`: what specs and releases become in some environments, as files, without touching anything else.

Each part of the repository is read, judged and rendered by itself, by several processes where there is enough to do. Into a folder,
a part is rendered again only where something changed that it depends on, or that lies in the folder.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from windlass.engine.cast import Document
from windlass.flows.rendering import memory
from windlass.flows.rendering.agreement import agreed
from windlass.flows.rendering.claims import held, meeting, stamped
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

    def put(path: str, one: Document) -> None:
        out.put(path, one.data)

    def look(part: Part) -> tuple[State, Made | None]:
        state = state_of(ports, around.disk, every, part, before.get(part.name), out)
        return state, None if state.stands else ready.press.make(part, put)

    out.begin()
    try:
        made, states = {EVERYBODYS: ready.press.everybodys(put)}, dict[str, State]()
        for part, (state, one) in zip(ready.parts.parts, around.hands.each(look, ready.parts.parts), strict=True):
            states[part.name] = state
            made |= {part.name: one} if one else {}
        kept = {name: before[name] for name in states if name not in made}
        while unsure := meeting(made, kept):
            todo = [part for part in ready.parts.parts if part.name in unsure]
            results = around.hands.each(lambda part: ready.press.make(part, put), todo)
            made |= dict(zip((part.name for part in todo), results, strict=True))
            kept = {name: entry for name, entry in kept.items() if name not in unsure}
        agreed(ports, ready, made | {name: entry.made for name, entry in kept.items()}, _known(before, made, kept))
        gone = [entry.made for name, entry in before.items() if name not in states]
        # nobody's stamp tells of a new file in a folder that several have together: those are looked through each time
        looked = [*made.values(), *gone, *(entry.made for entry in kept.values())]
        fresh = {folder for one in looked for folder in one.folders}
        out.settle(held(fresh, (*made.values(), *(entry.made for entry in kept.values()))))
    except BaseException:
        out.abandon()
        raise
    out.keep(
        {folder for entry in kept.values() for folder in entry.stamps}.union(*(one.folders for one in made.values())),
        fresh,
    )
    entries = {name: Entry(states[name].key if name in states else "", one, {}) for name, one in made.items()}
    entries = kept | stamped(entries, kept, out, around.hands)
    lasting = {
        name: one for name, one in entries.items() if name in states and states[name].settled and one.made.lasting
    }
    if lasting != before:
        memory.remember(ports.files, where, lasting)
    return Shown(sum(entry.made.count for entry in entries.values()), len(made) - 1, len(ready.parts.parts))


def _known(before: Mapping[str, Entry], made: Mapping[str, Made], kept: Mapping[str, Entry]) -> bool:
    """Whether the last rendering was of the same names. That a part is kept says that what is everybody's is the same, too."""
    names = {name: one.names for name, one in made.items() if name != EVERYBODYS}
    names |= {name: entry.made.names for name, entry in kept.items()}
    return bool(kept) and names == {name: entry.made.names for name, entry in before.items()}
