"""The repository's files as they lie there: documents, links, and what rules ask about other files.

Links are followed only to see where they lead: what lies outside of the repository is said to be outside and never read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from windlass.engine.homes import home
from windlass.engine.parse import SIZE, too_large
from windlass.engine.tree import Fact
from windlass.flows.recall import NAMED, TEMPLATE, YAML
from windlass.model import digests, layout
from windlass.model.diagnostic import Diagnostic, Place
from windlass.ports import Clock, Files, Look, Templates


class Reader(Protocol):
    """The part of `Ports` that reading needs."""

    @property
    def root(self) -> Path:
        """The repository."""
        ...

    @property
    def clock(self) -> Clock:
        """The time: what counts until a day is judged by it."""
        ...

    @property
    def files(self) -> Files:
        """Its files."""
        ...

    @property
    def templates(self) -> Templates:
        """The shipped backends."""
        ...


@dataclass(frozen=True, slots=True)
class Gathered:
    """Files as they lie there: every YAML file with its bytes, links and files that count by their names, and what is wrong
    with some before they are read."""

    files: Mapping[str, bytes]
    links: tuple[str, ...] = ()
    found: tuple[Diagnostic, ...] = ()
    lying: frozenset[str] = frozenset()
    """Every regular file that was seen: none of them lies behind a link."""

    def __or__(self, other: "Gathered") -> "Gathered":
        files, lying = {**self.files, **other.files}, self.lying | other.lying
        return Gathered(files, (*self.links, *other.links), (*self.found, *other.found), lying)


def gather(ports: Reader, tops: Iterable[str]) -> Gathered:
    """Every YAML file at or below some paths of the repository; links there, which are not followed; and what is wrong already."""
    files: dict[str, bytes] = {}
    links: list[str] = []
    found: list[Diagnostic] = []
    lying: set[str] = set()
    above = len(str(ports.root)) + 1
    for top in tops:
        look = ports.files.look(ports.root / top)
        leaves, link = _leaves(ports, look), _link(ports, top, look)
        links += [top] if link else []
        found += [_linked(top)] if leaves or (link and _spec_like(top)) else []
        if leaves or link:
            continue
        seen = [(ports.root / top, False)] if look.kind == "file" else ports.files.survey(ports.root / top)
        for path, link in seen:
            name = str(path)[above:]
            if not link:
                lying.add(name)
            if NAMED.search(name):
                links.append(name)
            elif link:
                links.append(name)
                found += [_linked(name)] if _spec_like(name) else []
            elif YAML.search(name):
                data = ports.files.read(path, SIZE) or b""
                if len(data) <= SIZE:
                    files[name] = data
                elif home(name):
                    found.append(too_large(name, ports.files.look(path).size))
    return Gathered(files, tuple(links), tuple(found), frozenset(lying))


def templates_of(ports: Reader) -> dict[str, bytes]:
    """What the repository's own backends are made of; links are not followed."""
    found: dict[str, bytes] = {}
    for path, link in ports.files.survey(ports.root / layout.TEMPLATES):
        name = path.relative_to(ports.root).as_posix()
        if TEMPLATE.match(name) and not link:
            found[name] = ports.files.read(path) or b""
    return found


def _linked(name: str) -> Diagnostic:
    hint = "put the files themselves here: nobody else's clone has what a link points to"
    return Diagnostic("WL217", f"`{name}` is a link, and specs are not read through links", Place(name), hint)


def _spec_like(name: str) -> bool:
    """Whether documents would lie at or below a path. Links to code and data beside a model are its own business."""
    parts = name.split("/")
    return (
        parts[0] == layout.ENVIRONMENTS
        or home(name) is not None
        or len(parts) <= (4 if "datasets" in parts[2:3] else 3)
    )


def _leaves(ports: Reader, look: Look) -> bool:
    return look.kind != "absent" and not look.real.is_relative_to(ports.files.look(ports.root).real)


def _link(ports: Reader, top: str, look: Look) -> bool:
    """Whether a path below `specs/` or `environments/` is itself a link."""
    whole = ports.root / top
    return "/" in top and look.real != whole and look.real != ports.files.look(whole.parent).real / whole.name


def answer(ports: Reader, path: str, with_data: bool) -> str:
    """What a rule would hear of a file now, as `answered` puts it."""
    return answered(fact(ports, path, with_data))


def answered(heard: Fact) -> str:
    """What a rule heard of a file, in a word: equal ones are equal answers."""
    return heard.kind if heard.data is None else f"{heard.kind} {digests.of_bytes(heard.data)}"


def seen(ports: Reader, gathered: Gathered, path: str, with_data: bool) -> Fact:
    """What is at the path of a file that was seen."""
    if not with_data:
        return Fact("file")
    return Fact("file", gathered.files[path] if path in gathered.files else ports.files.read(ports.root / path))


def fact(ports: Reader, path: str, with_data: bool) -> Fact:
    """What is at a path, wherever it leads."""
    look = ports.files.look(ports.root / path)
    if _leaves(ports, look):
        return Fact("outside")
    data = ports.files.read(look.real) if with_data and look.kind == "file" else None
    return Fact(look.kind, data)
