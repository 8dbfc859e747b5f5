"""From bytes to a plain value: PyYAML's C parser, guarded event by event.

The C *loader* recurses and dies (SIGSEGV) on 100,000 nested brackets; the C *parser* that feeds us events does not recurse, and
we stop asking at `DEPTH`, so a hostile file costs microseconds. Everything that YAML can do and a spec has no use for (anchors,
tags, several documents) is refused, each with its place. Places of single nodes are found in a second pass, only on demand:
a file without mistakes does not pay for them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from windlass.engine import scalars, syntax
from windlass.engine.places import places
from windlass.engine.wording import clipped
from windlass.model.diagnostic import Diagnostic, Place, Related
from windlass.model.project import Source

SIZE = 1 << 20
DEPTH = 32
EVENTS = 50_000
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
KEPT = 500
"""How many values of sound texts are kept. Nobody changes them."""
_SOUND: dict[str, dict[str, Any]] = {}
BOM = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Parsed:
    """What a file holds: its source, or why it has none (both where the value is known but faulty)."""

    source: Source | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)


class Stop(Exception):
    """Reading on makes no sense after this finding."""

    def __init__(self, finding: Diagnostic) -> None:
        self.finding = finding
        super().__init__(finding.message)


def parse(path: str, data: bytes) -> Parsed:
    """Read one document. Never raises for what a file can hold."""
    found = Parsed()
    try:
        text = _text(path, data)
        value = _value(path, text, found.diagnostics)
    except Stop as stop:
        found.diagnostics.append(stop.finding)
    except yaml.YAMLError as error:
        found.diagnostics.append(syntax.explain(path, text, error))
    else:
        found.source = Source(path, value, *places(path, text), text)
    return found


def _value(path: str, text: str, diagnostics: list[Diagnostic]) -> dict[str, Any]:
    """The plain value. A promoted spec is the bytes of the spec that was promoted: what is sound is read once."""
    if text not in _SOUND:
        value = _Builder(path, diagnostics).build(_events(text))
        if diagnostics:
            return value
        if len(_SOUND) >= KEPT:
            _SOUND.pop(next(iter(_SOUND)))
        _SOUND[text] = value
    return _SOUND[text]


def _events(text: str) -> Iterator[Any]:
    loader = yaml.CSafeLoader(text)
    try:
        while (event := loader.get_event()) is not None:
            yield event
    finally:
        loader.dispose()


def too_large(path: str, size: int) -> Diagnostic:
    """The finding for a file of so many bytes, which need not be read to know."""
    words = f"the file has {size / SIZE:.1f} MiB, a spec at most 1 MiB"
    return Diagnostic("WL002", words, Place(path), "data belongs in a Dataset")


def _text(path: str, data: bytes) -> str:
    here = Place(path)
    if len(data) > SIZE:
        raise Stop(too_large(path, len(data)))
    if data.startswith(BOM):
        raise Stop(Diagnostic("WL010", "the file starts with a byte order mark", here, "save it as UTF-8 without BOM"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        lines = data[: error.start].decode("utf-8").split("\n")
        place = Place(path, len(lines), len(lines[-1]) + 1, 1)
        byte = f"0x{data[error.start]:02x}"
        raise Stop(Diagnostic("WL011", f"byte {byte} is no UTF-8", place, "save the file as UTF-8")) from error


@dataclass(slots=True)
class _Frame:
    """A container being filled: a list, or a mapping with the key whose value comes next."""

    value: Any
    keys: dict[str, Any] | None
    """The events of the keys so far; None in a list."""
    key: Any = None
    expects_key: bool = True


class _Builder:
    """Turns events into a value and findings, with a stack of its own instead of recursion."""

    def __init__(self, path: str, diagnostics: list[Diagnostic]) -> None:
        self._path = path
        self._diagnostics = diagnostics
        self._frames: list[_Frame] = []
        self._root: Any = None
        self._documents = 0

    def build(self, events: Iterator[Any]) -> dict[str, Any]:
        for count, event in enumerate(events):
            kind = type(event)
            if count > EVENTS:
                raise Stop(self._finding("WL004", f"more than {EVENTS:,} nodes", event, "split the document"))
            if kind is yaml.ScalarEvent:
                self._add(self._scalar(event), event)
            elif kind is yaml.MappingStartEvent or kind is yaml.SequenceStartEvent:
                self._open(event, kind is yaml.MappingStartEvent)
            elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                self._frames.pop()
            elif kind is yaml.AliasEvent:
                self._report("WL006", f"`*{event.anchor}` repeats another part of the file", event, "write it out")
                self._add(None, event)
            elif kind is yaml.DocumentStartEvent:
                self._document(event)
        return self._whole()

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise Stop(self._finding("WL012", "a second document in one file", event, "one file, one document", 3))

    def _whole(self) -> dict[str, Any]:
        if self._root is None:
            raise Stop(Diagnostic("WL009", "the file is empty", Place(self._path), "`windlass new` writes a start"))
        if not isinstance(self._root, dict):
            words = "a list" if isinstance(self._root, list) else "a single value"
            message = f"the document is {words}, not a mapping"
            raise Stop(Diagnostic("WL015", message, Place(self._path), "start with `apiVersion:`"))
        return self._root

    def _open(self, event: Any, mapping: bool) -> None:
        self._bare(event)
        if len(self._frames) >= DEPTH:
            raise Stop(
                self._finding("WL003", f"nested more than {DEPTH} levels deep", event, "a spec needs six or seven")
            )
        value: Any = {} if mapping else []
        self._add(value, event)
        self._frames.append(_Frame(value, {} if mapping else None))

    def _scalar(self, event: Any) -> scalars.Value:
        if event.anchor is not None or event.tag is not None:
            self._bare(event)
        text: str = event.value
        if not event.implicit[0]:
            if CONTROL.search(text):
                self._report("WL016", "a control character in a text", event, "take it out")
            return text
        value = scalars.resolve(text)
        if isinstance(value, scalars.Surprise):
            self._report("WL013", f"`{clipped(text)}` is {value.fact}", event, f"write {value.instead}")
            return text
        return value

    def _add(self, value: Any, event: Any) -> None:
        if not self._frames:
            self._root = value
            return
        frame = self._frames[-1]
        if frame.keys is None:
            frame.value.append(value)
        elif frame.expects_key:
            frame.key, frame.expects_key = self._key(value, event, frame.keys), False
        else:
            if frame.key is not None:
                frame.value[frame.key] = value
            frame.expects_key = True

    def _key(self, value: Any, event: Any, seen: dict[str, Any]) -> str | None:
        if not isinstance(value, str):
            words = f"the key `{event.value}`" if isinstance(event, yaml.ScalarEvent) else "this key"
            hint = f'write "{event.value}" in quotes' if isinstance(event, yaml.ScalarEvent) else "a key is one word"
            self._report("WL014", f"{words} is no text", event, hint)
            return None
        if value == "<<" and event.implicit[0]:
            self._report("WL006", "`<<` merges another part of the file", event, "write it out")
            return None
        if value in seen:
            first, place = Related("the first one", self._place(seen[value])), self._place(event)
            finding = Diagnostic("WL005", f"the key `{value}` stands here twice", place, "keep one", related=(first,))
            self._diagnostics.append(finding)
            return None
        seen[value] = event
        return value

    def _bare(self, event: Any) -> None:
        if event.anchor is not None:
            self._report(
                "WL006", f"`&{event.anchor}` names a part to be repeated", event, "write it out", len(event.anchor) + 1
            )
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._report("WL007", f"the tag `{clipped(tag)}`", event, "a spec is plain data: take the tag away", 1)

    def _report(self, code: str, message: str, event: Any, hint: str, length: int | None = None) -> None:
        self._diagnostics.append(self._finding(code, message, event, hint, length))

    def _finding(self, code: str, message: str, event: Any, hint: str, length: int | None = None) -> Diagnostic:
        return Diagnostic(code, message, self._place(event, length), hint)

    def _place(self, event: Any, length: int | None = None) -> Place:
        start, end = event.start_mark, event.end_mark
        width = end.column - start.column if start.line == end.line else 0
        return Place(self._path, start.line + 1, start.column + 1, width if length is None else length)
