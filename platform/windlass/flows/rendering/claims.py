"""Which folders of the output are whose: a part looks after the largest that nobody else has anything in, and after its files by
name where others have some, too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from windlass.flows.rendering.memory import Entry
from windlass.flows.rendering.part import Made
from windlass.model.layout import upwards
from windlass.ports import Hands, Rendered


def meeting(made: Mapping[str, Made], kept: Mapping[str, Entry]) -> set[str]:
    """The parts that need not be rendered, but look after a folder as a whole that another one now has something in: nobody
    remembers which files of it are theirs."""
    reached = {above for one in made.values() for folder in one.folders for above in upwards(folder)}
    return {
        name for name, entry in kept.items() if not reached.isdisjoint(entry.stamps.keys() - entry.made.folders.keys())
    }


def stamped(made: Mapping[str, Entry], kept: Mapping[str, Entry], out: Rendered, hands: Hands) -> dict[str, Entry]:
    """Entries of what was rendered, with how their folders of the output look, and no more files in mind than of folders that they
    have together with others."""
    whose: dict[str, str | None] = {}
    for name, entry in (*made.items(), *kept.items()):
        for above in {above for folder in (*entry.made.folders, *entry.stamps) for above in upwards(folder)}:
            whose[above] = name if whose.get(above, name) == name else None
    todo = [name for name, entry in made.items() if entry.made.folders]
    looked = hands.each(lambda name: _looked_after(name, made[name], whose, out), todo)
    return {**made, **dict(zip(todo, looked, strict=True))}


def _looked_after(name: str, entry: Entry, whose: Mapping[str, str | None], out: Rendered) -> Entry:
    own: set[str] = set()
    together: dict[str, tuple[str, ...]] = {}
    for folder, files in entry.made.folders.items():
        mine = [above for above in upwards(folder) if whose[above] == name]
        if mine:
            own.add(mine[-1])
        else:
            together[folder] = files
    stamps = {folder: out.stamp(folder, together.get(folder)) for folder in (*sorted(own), *together)}
    return replace(entry, made=replace(entry.made, folders=together), stamps=stamps)


def held(folders: set[str], parts: Iterable[Made]) -> dict[str, list[str]]:
    """All files of some folders, whichever parts they are of."""
    found: dict[str, list[str]] = {folder: [] for folder in folders}
    for one in parts:
        for folder in folders & one.folders.keys():
            found[folder].extend(one.folders[folder])
    return found
