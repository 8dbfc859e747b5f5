"""WL274: what an environment sets of a backend is an option of it, and a value that the option takes."""

from collections.abc import Iterator

from windlass.engine.backend import unfit
from windlass.engine.finding import at, at_key
from windlass.engine.tree import Tree
from windlass.engine.wording import meant
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Loaded
from windlass.model.specs.environment import Environment


def check(tree: Tree) -> Iterator[Diagnostic]:
    """Axis by axis."""
    for loaded in tree.project.environments.values() if tree.known else ():
        chosen = loaded.spec.spec.backends.plain()
        for axis in loaded.spec.spec.options:
            if axis not in chosen:
                message, hint = (
                    f"options for `{axis}`, which has no backend here",
                    meant(axis, chosen, "backends are for"),
                )
                yield at_key(loaded.source, ("spec", "options", axis), "WL274", message, hint)
            else:
                yield from _of_axis(tree, loaded, axis, chosen[axis])


def _of_axis(tree: Tree, loaded: Loaded[Environment], axis: str, name: str) -> Iterator[Diagnostic]:
    backend = tree.known.backends.get((axis, name)) if tree.known else None
    known = {option.name: option for option in backend.options} if backend else None
    for key, value in loaded.spec.spec.options[axis].items() if known is not None else ():
        path = ("spec", "options", axis, key)
        option = (known or {}).get(key)
        if option is None:
            hint = meant(key, known or {}, "its options are")
            yield at_key(loaded.source, path, "WL274", f"backend {axis}/{name} has no option `{key}`", hint)
        elif why := unfit(option, value):
            yield at(loaded.source, path, "WL274", f"option `{key}` is `{value}`, it {why}", option.description)
