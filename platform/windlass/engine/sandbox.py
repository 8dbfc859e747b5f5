"""The language of templates: Jinja, sandboxed, strict, and with an end.

Of Jinja's statements there are values, `if`, `for`, `set`, `with` and `include`; nothing that could call itself. What a template
does is counted in steps: each round of a loop, each included file, each item of a list and each stretch of `STRETCH` characters
that an expression handles. So whatever it says, it ends: after `STEPS` steps at the latest, with no value larger than `VALUE`
characters and no document larger than `DOCUMENT`. Nobody's clock is asked, so it ends at the same place everywhere.

Delimiters are our own (``[= value =]``, ``[% if %]``, ``[# note #]``), because ``{{`` belongs to Argo and ``${`` to DVC and shells.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from jinja2 import BaseLoader, Environment, StrictUndefined, Template, TemplateNotFound, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

STEPS = 200_000
STRETCH = 64
VALUE = 1 << 20
DOCUMENT = 4 << 20
ARGUMENT = 64
"""The largest number, and the longest text, that a filter takes besides the value itself."""
BITS = 128
STATEMENTS = (nodes.Output, nodes.If, nodes.For, nodes.Assign, nodes.With, nodes.Include, nodes.ExprStmt)
METHODS = frozenset(
    {"endswith", "get", "items", "keys", "removeprefix", "removesuffix", "split", "startswith", "values"}
)
"""What may be called: none of them makes its result larger than what it is asked of."""


class Stopped(Exception):
    """A template does what templates may not do."""


class Language(ImmutableSandboxedEnvironment):
    """Renders one document at a time. One that is ``watched`` counts nothing: it
    renders again what went well, and each piece stands alone, so that one sees which line of a template it comes from."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(
        self, files: Mapping[str, str], filters: Mapping[str, Callable[..., Any]], header: str, watched: bool = False
    ) -> None:
        super().__init__(
            loader=_Files(files, watched),
            undefined=StrictUndefined,
            autoescape=False,
            finalize=_written,
            block_start_string="[%",
            block_end_string="%]",
            variable_start_string="[=",
            variable_end_string="=]",
            comment_start_string="[#",
            comment_end_string="#]",
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
        )
        self.filters = {name: self._bounded(name, spell) for name, spell in filters.items()}
        self.globals = {"header": header}
        self._steps = 0
        self._watched = watched
        self.at = ("", 1)
        """Where the last piece came from, if it is watched."""

    def pieces(self, name: str, fields: Mapping[str, Any]) -> Iterator[str]:
        """A document, piece by piece; the steps are counted from here on."""
        self._steps = size = 0
        for piece in self.get_template(name).generate(fields):
            size += len(piece)
            if size > DOCUMENT:
                raise Stopped(f"the document is larger than {DOCUMENT >> 20} MiB")
            yield piece

    def tick(self, size: int = 0) -> None:
        """Count a step, and the characters that were handled in it."""
        self._steps += 1 + size // STRETCH
        if self._steps > STEPS and not self._watched:
            raise Stopped(f"it takes more than {STEPS:,} steps: a loop that does not end, or nearly so")

    def saw(self, name: str, line: int) -> None:
        """What comes next is from this line of this file."""
        self.at = (name, line)

    def joined(self, *parts: Any) -> str:
        """What ``~`` means."""
        return self._join(parts, "")

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A name after a dot is a field of the workload first: `pod.update` is no method of a dict."""
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 -- as Jinja has it
        """Call one of the few methods; everything else is refused."""
        if __obj in (__self.tick, __self.joined, __self.saw):
            return __obj(*args)
        owner, name = getattr(__obj, "__self__", None), getattr(__obj, "__name__", "")
        if not isinstance(__obj, Undefined):
            if not isinstance(owner, str | Mapping) or name not in METHODS:
                raise SecurityError(f"`{name or type(__obj).__name__}` may not be called")
            __self.tick(len(owner))
        return super().call(__context, __obj, *args, **kwargs)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Arithmetic whose result has a bound."""
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"`{operator}` is not for templates")
        sizes = [len(one) for one in (left, right) if isinstance(one, str | list | tuple)]
        if sizes:
            counts = [one for one in (left, right) if isinstance(one, int)]
            self._fits(sizes[0] * max(counts, default=1) if operator == "*" else sum(sizes))
        if any(isinstance(one, int) and one.bit_length() > BITS for one in (left, right)):
            raise Stopped(f"a number has more than {BITS} bits")
        return super().call_binop(context, operator, left, right)

    def _fits(self, size: int) -> None:
        if size > VALUE:
            raise Stopped(f"a value has more than {VALUE:,} characters or items")
        self.tick(size)

    def _join(self, parts: Iterable[Any], between: str) -> str:
        texts, size = [], 0
        for part in parts:
            self._fits(size := size + len(between) + (len(part) if isinstance(part, str) else 1))
            texts.append(str(part))
        return between.join(texts)

    def _bounded(self, name: str, spell: Callable[..., Any]) -> Callable[..., Any]:
        """A filter that counts what it is given and refuses arguments that make its result large."""
        if name == "join":
            return lambda value, between="", attribute=None: self._join(_each(value, attribute), _small(between))

        def bounded(*given: Any, **named: Any) -> Any:
            first = 0 if not hasattr(spell, "jinja_pass_arg") else 1
            value = given[first] if len(given) > first else ""
            weight = weight_of(value, VALUE)
            self._fits(weight)
            self.tick(0 if isinstance(value, str) else weight * STRETCH)
            for one in (*given[first + 1 :], *named.values()):
                _small(one)
            return spell(*given, **named)

        if hasattr(spell, "jinja_pass_arg"):
            bounded.jinja_pass_arg = spell.jinja_pass_arg  # type: ignore[attr-defined]
        return bounded


class _Files(BaseLoader):
    """The backend's own files, each compiled with its name, so that a failure knows its file and line."""

    def __init__(self, files: Mapping[str, str], watched: bool) -> None:
        self._files, self._watched = files, watched

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002 -- as Jinja has it
        """Parse, look at what is in it, put the counting in, compile."""
        if name not in self._files:
            raise TemplateNotFound(name)
        tree = _Counted(name, self._watched).visit(environment.parse(self._files[name], name, name))
        tree.body.insert(0, _tick(1))
        tree.set_environment(environment)
        code = environment.compile(tree, name, name)
        return environment.template_class.from_code(environment, code, environment.make_globals(globals))


class _Counted(NodeTransformer):
    """Refuses statements that are not of the language; puts a step into each loop and a bound on each ``~``."""

    def __init__(self, name: str, watched: bool) -> None:
        self._name, self._watched = name, watched

    def generic_visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> nodes.Node:
        if isinstance(node, nodes.Stmt) and not isinstance(node, STATEMENTS):
            raise self._refused(node, f"`{type(node).__name__.lower()}` is no statement of templates")
        if isinstance(node, nodes.For) and node.recursive:
            raise self._refused(node, "a loop may not call itself")
        if _literal(node) and any(not isinstance(one, nodes.Const | nodes.Pair) for one in node.iter_child_nodes()):
            raise self._refused(node, "a list holds constants alone: what is made of values comes from the workload")
        super().generic_visit(node, *args, **kwargs)
        if isinstance(node, nodes.For):
            node.body.insert(0, _tick(node.lineno))
        if isinstance(node, nodes.Concat):
            return _own("joined", node.nodes, node.lineno)
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Node | list[nodes.Node]:  # noqa: N802 -- as Jinja has it
        self.generic_visit(node)
        if not self._watched:
            return node
        alone = [(self._seen(part.lineno), nodes.Output([part], lineno=part.lineno)) for part in node.nodes]
        return [one for pair in alone for one in pair]

    def _seen(self, line: int) -> nodes.ExprStmt:
        place: list[nodes.Expr] = [nodes.Const(self._name), nodes.Const(line)]
        return nodes.ExprStmt(_own("saw", place, line), lineno=line)

    def _refused(self, node: nodes.Node, why: str) -> Exception:
        from jinja2 import TemplateSyntaxError

        return TemplateSyntaxError(why, node.lineno, self._name, self._name)


def _literal(node: nodes.Node) -> bool:
    return isinstance(node, nodes.List | nodes.Dict | nodes.Pair) or (
        isinstance(node, nodes.Tuple) and node.ctx == "load"
    )


def _tick(line: int) -> nodes.ExprStmt:
    return nodes.ExprStmt(_own("tick", [], line), lineno=line)


def _own(name: str, arguments: list[nodes.Expr], line: int) -> nodes.Call:
    return nodes.Call(nodes.EnvironmentAttribute(name, lineno=line), arguments, [], None, None, lineno=line)


def _written(value: Any) -> Any:
    """What may stand in a document: a list or nothing would be spelled as Python spells it."""
    if isinstance(value, str | int | float | Undefined):
        return value
    if value is None:
        raise Stopped("nothing is written: the value is null")
    raise Stopped("a list or mapping is written: spell it with `json`, `join` or a loop")


def _each(value: Any, attribute: str | None) -> Iterator[Any]:
    for one in value:
        yield one if attribute is None else one[attribute]


def _small(value: Any) -> Any:
    size = abs(value) if isinstance(value, int) else len(value) if isinstance(value, str) else 0
    if size > ARGUMENT:
        raise Stopped(f"an argument of a filter is larger than {ARGUMENT}")
    return value


def weight_of(value: Any, most: int) -> int:
    """How many characters and items a value has with all that is in it; counting ends soon after ``most``."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        value = [*value.keys(), *value.values()]
    if not isinstance(value, list | tuple):
        return 1
    whole = 1
    for one in value:
        if whole > most:
            break
        whole += weight_of(one, most - whole)
    return whole
