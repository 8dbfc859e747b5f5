"""Moulds: the documents that a backend makes of every workload of one shape, with holes for the texts that it only passes on.

Many workloads differ in nothing but names, digests and queries. A template is run once for each shape, over fields whose texts
are `tracing.Passed`; what comes out is a mould, and filling it costs a hundredth of running the template. Where a template looks
at a text (compares it, takes it apart), that field becomes part of the shape. A mould knows only what is sure: whatever it
cannot do (None is given back) is done by running the template, which also finds the words for what is wrong.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from windlass.engine import objects, spelling
from windlass.engine.cast import Document, Form, Maker
from windlass.engine.sandbox import DOCUMENT
from windlass.engine.spelling import HIDDEN
from windlass.engine.tracing import LONGEST, MARK, Inspected, Passed, Path, Recipe, Tracing

OPEN, CLOSE, LIST, TEXT = object(), object(), object(), object()
"""Signs in a shape: a mapping begins, a container ends, a list begins, a text stands here."""
SHAPES = 1000
"""How many moulds are kept: a backend that makes a shape of every workload must not fill the memory."""
COMPLETE = frozenset({"json", "block"})
"""Filters whose text is as good as any other of theirs, wherever it stands."""
BY_CONTENT = frozenset({"scalar"})
"""Filters whose text is bare or quoted, as its content asks for."""
KEY = 1000
"""A longer text cannot be the key of a mapping."""
Trie = dict[str | None, Any]


@dataclass(slots=True, eq=False)
class Cast:
    """One shape: what makes the texts that its documents are filled with, and for each document its path and its content."""

    makers: list[Maker]
    either: list[int]
    """Which texts are bare or quoted: documents are looked at once for each such choice."""
    raw: list[int]
    """Which texts are written as they are: they must be plain."""
    complete: list[int]
    """Which texts stand in JSON's quotes, where characters may be left that YAML refuses."""
    documents: list[tuple["Holes", "Holes"]]
    longest: int
    """With longer texts the template might be stopped, for all it does."""
    accepted: set[bytes] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Holes:
    """A form, and which of a cast's texts its holes take."""

    form: Form
    numbers: Callable[[list[str]], Any] | None

    def fill(self, texts: list[str]) -> str:
        """The document with these in its holes."""
        return self.form.text if self.numbers is None else self.form.text % self.numbers(texts)


class Moulds:
    """The moulds of one backend with the options of one environment, by shape."""

    def __init__(self, language: Tracing, pairs: list[tuple[str, str]], cluster: bool) -> None:
        """``pairs`` are the path's and the content's template of each document; in a cluster each must be an object."""
        self._language, self._pairs, self._cluster = language, pairs, cluster
        self.names = language.asked()
        """The fields that any template names: others say nothing of what is made."""
        self._seen: Trie = {}
        self._casts: dict[tuple[Any, ...], Cast | None] = {}
        self._forms: dict[tuple[str, tuple[Recipe, ...]], Form] = {}

    def fill(self, fields: Mapping[str, Any]) -> list[Document] | None:
        """The documents, or None where the templates must be run."""
        shape: list[Any] = []
        texts: list[str] = []
        _walk(fields, self._seen, shape, texts)
        key = tuple(shape)
        if key not in self._casts:
            if len(self._casts) >= SHAPES:
                self._casts.clear()
                self._forms.clear()
            key, texts = self._cast(fields)
        cast = self._casts[key]
        return None if cast is None else self._filled(cast, texts)

    def _filled(self, cast: Cast, fields: list[str]) -> list[Document] | None:
        if cast.longest < LONGEST and any(len(text) > cast.longest for text in fields):
            return None
        try:
            texts = [make(fields) for make in cast.makers]
        except Exception:  # noqa: BLE001 -- whatever a filter says of a text, the template's run says it better
            return None
        plain = all(spelling.scalar(texts[number]) == texts[number] for number in cast.raw)
        if self._cluster and not (plain and all(_writable(texts[number]) for number in cast.complete)):
            return None
        choice = bytes([texts[number][:1] == '"' for number in cast.either])
        new = self._cluster and (choice not in cast.accepted or any(len(text) > KEY for text in texts))
        kept = tuple(fields)
        made: dict[str, Document] = {}
        for path, content in cast.documents:
            document = content.fill(texts)
            if not document or document.isspace():
                continue
            where = path.fill(texts)
            unfit = len(document) > DOCUMENT or objects.misplaced(where, made) or (new and objects.unusable(document))
            if unfit:
                return None
            # a text that YAML may take for something else makes a document of another form
            made[where] = Document(where, document.encode(), content.form if plain else None, kept)
        cast.accepted.add(choice)
        return list(made.values())

    def _cast(self, fields: Mapping[str, Any]) -> tuple[tuple[Any, ...], list[str]]:
        """Make the mould of these fields' shape, which may take more of them into account than before."""
        while True:
            shape: list[Any] = []
            texts: list[str] = []
            _walk(fields, self._seen, shape, texts)
            key = tuple(shape)
            try:
                self._casts[key] = self._traced(_passed(fields, self._seen, (), []))
            except Inspected as inspected:
                for path in inspected.paths:
                    _mark(self._seen, path)
                continue
            except Exception:  # noqa: BLE001 -- the template's run finds the words for it
                self._casts[key] = None
            return key, texts

    def _traced(self, fields: Mapping[str, Any]) -> Cast:
        recipes: dict[Recipe, int] = {}
        self._language.longest = LONGEST
        documents = [
            (self._holes(path, fields, recipes), self._holes(content, fields, recipes)) for path, content in self._pairs
        ]
        last = [recipe[1] if recipe[0] == "spelled" else "" for recipe in recipes]
        return Cast(
            makers=[_maker(recipe) for recipe in recipes],
            either=[number for number, name in enumerate(last) if name in BY_CONTENT],
            complete=[number for number, name in enumerate(last) if name in COMPLETE],
            raw=[number for number, name in enumerate(last) if name not in COMPLETE | BY_CONTENT],
            documents=documents,
            longest=self._language.longest,
        )

    def _holes(self, name: str, fields: Mapping[str, Any], recipes: dict[Recipe, int]) -> Holes:
        text, made = self._language.trace(name, fields)
        pieces = MARK.split(text)
        mine = tuple(made[int(number)] for number in pieces[1::2])
        literal = "%s".join(piece.replace("%", "%%") for piece in pieces[::2]) if mine else text
        form = self._forms.setdefault((literal, mine), Form(literal, tuple(_maker(recipe) for recipe in mine)))
        used = [recipes.setdefault(recipe, len(recipes)) for recipe in mine]
        if not used:
            return Holes(form, None)
        return Holes(form, operator.itemgetter(*used) if len(used) > 1 else _single(used[0]))


def _writable(text: str) -> bool:
    """Whether a text in JSON's quotes is one in YAML's too."""
    return (text.isascii() and "\x7f" not in text) or not HIDDEN.search(text)


def _single(number: int) -> Callable[[list[str]], tuple[str]]:
    return lambda texts: (texts[number],)


def _walk(value: Any, seen: Any, shape: list[Any], texts: list[str]) -> None:
    """Take a value apart: its shape, and the texts that nobody looks at."""
    kind = value.__class__
    if kind is str:
        if seen is not True and value and len(value) <= LONGEST:
            shape.append(TEXT)
            texts.append(value)
        else:
            shape.append(value)
    elif kind is dict:
        shape.append(OPEN)
        for key, one in value.items():
            shape.append(key)
            if one.__class__ is str and one and not seen and len(one) <= LONGEST:
                # most of what is walked, and nobody looks at anything here
                shape.append(TEXT)
                texts.append(one)
            else:
                _walk(one, seen.get(key) if seen else None, shape, texts)
        shape.append(CLOSE)
    elif kind is list:
        shape.append(LIST)
        below = seen.get(None) if seen else None
        for one in value:
            _walk(one, below, shape, texts)
        shape.append(CLOSE)
    else:
        # True, 1 and 1.0 are equal, but not spelled alike
        shape.append(kind)
        shape.append(value)


def _passed(value: Any, seen: Any, path: Path, count: list[None]) -> Any:
    """The same value with every text that `_walk` takes out as a `Passed` one."""
    if isinstance(value, str):
        if seen is True or not value or len(value) > LONGEST:
            return value
        count.append(None)
        return Passed(("field", len(count) - 1), (path,))
    if isinstance(value, Mapping):
        return {key: _passed(one, seen.get(key) if seen else None, (*path, key), count) for key, one in value.items()}
    if isinstance(value, list):
        return [_passed(one, seen.get(None) if seen else None, (*path, None), count) for one in value]
    return value


def _mark(seen: Trie, path: Path) -> None:
    """The text at this path is looked at."""
    for key in path[:-1]:
        seen = seen.setdefault(key, {})
    seen[path[-1]] = True


def _maker(recipe: Recipe) -> Maker:
    """What makes a text of the fields' texts."""
    if recipe[0] == "field":
        return operator.itemgetter(recipe[1])
    if recipe[0] == "spelled":
        _, name, value, arguments = recipe
        spell, below = spelling.FILTERS[name], _value(value)
        if not arguments:
            return lambda fields: spell(below(fields))
        return lambda fields: spell(below(fields), *arguments)
    _, between, parts = recipe
    several = [_value(part) for part in parts]
    return lambda fields: between.join([str(one(fields)) for one in several])


def _value(recipe: Recipe) -> Callable[[list[str]], Any]:
    """What makes a value of the fields' texts: a text, or a list or mapping of some."""
    if recipe[0] == "known":
        return lambda fields: recipe[2]
    if recipe[0] == "list":
        listed = [_value(one) for one in recipe[1]]
        return lambda fields: [make(fields) for make in listed]
    if recipe[0] == "mapping":
        mapped = [(key, _value(one)) for key, one in recipe[1]]
        return lambda fields: {key: make(fields) for key, make in mapped}
    return _maker(recipe)
