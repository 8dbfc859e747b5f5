"""Watching what a template does with the texts of a workload: most it only passes on, into its document.

A `Passed` stands for such a text, or for what is joined or spelled of some. It knows how it is made and has no value: whoever
asks for one (compares it, counts it, looks it up) is told by `Inspected` which fields were looked at, so that those can be
given as they are. What is written comes out as a mark, so that the document is its own text with holes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from jinja2 import TemplateError
from jinja2.meta import find_undeclared_variables

from windlass.engine.sandbox import STEPS, VALUE, Language, weight_of
from windlass.engine.spelling import FILTERS

LONGEST = 2048
"""The longest text that is passed on unseen, in characters: its cost is counted as if each one had so many."""
MARK = re.compile("\0([0-9]+)\0")
BLIND_TESTS = ("none", "defined", "undefined")
"""What may be asked of a text that nobody sees: a passed one is there."""

Path = tuple[str | None, ...]
"""Where a text stands among the fields; None for any item of a list."""
Recipe = tuple[Any, ...]
"""How a value is made: ``("field", number)``, ``("joined", between, parts)``, ``("spelled", filter, value, arguments)``,
``("mapping", items)``, ``("list", items)`` or ``("known", type, value)``."""


class Inspected(Exception):
    """A template asked what a text is."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self.paths = paths
        super().__init__("a text was looked at")


class Passed:
    """A text that is not known. Not empty, and no more can be said."""

    __slots__ = ("paths", "recipe")

    def __init__(self, recipe: Recipe, paths: tuple[Path, ...]) -> None:
        self.recipe = recipe
        self.paths = paths

    def __bool__(self) -> bool:
        return True

    def look(self, *_: object) -> NoReturn:
        """Somebody asks what the text is."""
        raise Inspected(self.paths)

    __getattr__ = __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = look
    __str__ = __repr__ = __format__ = __hash__ = __len__ = __iter__ = __contains__ = __getitem__ = look
    __int__ = __float__ = __index__ = __neg__ = __pos__ = __call__ = look
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = __truediv__ = __rtruediv__ = (
        look
    )
    __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = look


class Tracing(Language):
    """The language of templates over fields some of which are `Passed`. ``recipes`` are of what was written, in order."""

    def __init__(
        self, files: Mapping[str, str], filters: Mapping[str, Callable[..., Any]], header: str, watched: bool = False
    ) -> None:
        self.recipes: list[Recipe] = []
        self.longest = LONGEST
        """The longest text with which no document that was traced is stopped."""
        self._handled = 0
        self._files = files
        super().__init__(files, filters, header, watched)
        written = self.finalize
        assert written is not None
        self.finalize = lambda value: self._hole(value) if isinstance(value, Passed) else written(value)
        self.tests = {name: test if name in BLIND_TESTS else _seeing(test) for name, test in self.tests.items()}

    def trace(self, name: str, fields: Mapping[str, Any]) -> tuple[str, list[Recipe]]:
        """A document with marks where texts are passed on, and how each of those is made, in order."""
        self.recipes, self._handled = [], 0
        text = "".join(self.pieces(name, fields))
        if self._handled:
            self.longest = min(self.longest, (STEPS - self._steps) // self._handled)
        return text, self.recipes

    def asked(self) -> frozenset[str]:
        """The fields that any template names; none where one cannot be read."""
        try:
            return frozenset(
                name for text in self._files.values() for name in find_undeclared_variables(self.parse(text))
            )
        except TemplateError:
            return frozenset()

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A text has no fields, and its methods look at it."""
        if isinstance(obj, Passed):
            obj.look()
        return super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A text is not taken apart, and looks nothing up."""
        for one in (obj, argument):
            if isinstance(one, Passed):
                one.look()
        return super().getitem(obj, argument)

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Nothing is reckoned with texts that nobody sees."""
        for one in (left, right):
            if isinstance(one, Passed):
                one.look()
        return super().call_binop(context, operator, left, right)

    def _handle(self, value: Any) -> None:
        """Each character of a list or a mapping costs a step where a filter is given it, of passed texts too."""
        if not isinstance(value, str | Passed):
            self._handled += len(paths(value))

    def _hole(self, value: Passed) -> str:
        self.tick(LONGEST)
        self.recipes.append(value.recipe)
        return f"\0{len(self.recipes) - 1}\0"

    def _join(self, parts: Iterable[Any], between: str) -> Any:
        several = list(parts)
        unseen = paths(several)
        if paths(between):
            raise Inspected(paths(between))
        if not unseen:
            return super()._join(several, between)
        self._fits(len(several) * (LONGEST + len(between)))
        return Passed(("joined", between, tuple(recipe(one) for one in several)), unseen)

    def _bounded(self, name: str, spell: Callable[..., Any]) -> Callable[..., Any]:
        known = super()._bounded(name, spell)
        if name not in FILTERS:
            first = 1 if hasattr(spell, "jinja_pass_arg") else 0

            def counted(*given: Any, **named: Any) -> Any:
                self._handle(given[first] if len(given) > first else "")
                return known(*given, **named)

            if first:
                counted.jinja_pass_arg = spell.jinja_pass_arg  # type: ignore[attr-defined]
            return known if name == "join" else counted

        def passing(value: Any, *given: Any, **named: Any) -> Any:
            for one in (*given, *named.values()):
                if paths(one):
                    raise Inspected(paths(one))
            unseen = paths(value)
            if not unseen or named:
                return known(value, *given, **named)
            self._fits(weight_of(value, VALUE) + len(unseen) * LONGEST)
            self._handle(value)
            return Passed(("spelled", name, recipe(value), given), unseen)

        return passing


def paths(value: Any) -> tuple[Path, ...]:
    """Where every passed text in a value stands."""
    if isinstance(value, Passed):
        return value.paths
    if isinstance(value, Mapping):
        return tuple(path for one in value.values() for path in paths(one))
    if isinstance(value, list | tuple):
        return tuple(path for one in value for path in paths(one))
    return ()


def recipe(value: Any) -> Any:
    """How a value is made that holds passed texts; one without is itself."""
    if isinstance(value, Passed):
        return value.recipe
    if isinstance(value, Mapping):
        return ("mapping", tuple((key, recipe(one)) for key, one in value.items()))
    if isinstance(value, list | tuple):
        return ("list", tuple(recipe(one) for one in value))
    return ("known", type(value), value)


def _seeing(test: Any) -> Any:
    if hasattr(test, "jinja_pass_arg"):
        return test

    def seeing(value: Any, *given: Any) -> Any:
        for one in (value, *given):
            if isinstance(one, Passed):
                one.look()
        return test(value, *given)

    return seeing
