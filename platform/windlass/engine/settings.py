"""The effective spec of a model in an environment, value by value, each with the place that set it and those that it overrides."""

from collections.abc import Iterable, Iterator
from typing import Any

from windlass.engine import overlay, resolve
from windlass.engine.overlay import Laid, Path
from windlass.engine.wording import meant
from windlass.model.diagnostic import Place
from windlass.model.failure import Usage
from windlass.model.project import Project, Source
from windlass.model.setting import Setting


def settings(project: Project, source: Source, environment: str) -> tuple[Setting, ...]:
    """Every value, in the order of the spec. ``source`` is the model's document, as written or as promoted."""
    laid = overlay.lay(project, environment, source.value)
    whole = resolve.effective(project, source.value, environment).plain()
    return tuple(_setting(source, laid, path, shown, value) for path, shown, value in _leaves(whole, ("spec",), ""))


def below(every: Iterable[Setting], path: str) -> tuple[Setting, ...]:
    """The values at and below a path. Raises `Usage` (WL278) where there is none."""
    known, wanted = tuple(every), path.removeprefix("spec.")
    found = tuple(one for one in known if one.path == wanted or one.path.startswith((f"{wanted}.", f"{wanted}[")))
    if not found:
        paths = {prefix for one in known for prefix in _prefixes(one.path)}
        raise Usage.one("WL278", f"no `{path}` in the spec", meant(wanted, sorted(paths), "there are"))
    return found


def _setting(source: Source, laid: Laid, path: Path, shown: str, value: Any) -> Setting:
    written = [source.places[path]] if path in source.places else []
    places = [*written, *(loaded.source.place(*origin) for loaded, origin in laid.history.get(path, ()))]
    if path[-1] == "name" and written and isinstance(path[-2], int):
        places = written  # by which an overlay finds the item, and sets nothing
    if not _holds(laid.value, path):
        gone = [*places, *_taken(source, laid, path)]
        return Setting(shown, value, None, tuple(reversed(gone)))
    return Setting(shown, value, places[-1] if places else None, tuple(reversed(places[:-1])))


def _taken(source: Source, laid: Laid, path: Path) -> Iterator[Place]:
    """Who took away a mapping that would have held the value."""
    for length in range(len(path)):
        upper = path[:length]
        if upper in laid.history and not _holds(laid.value, upper):
            yield from (loaded.source.place(*origin) for loaded, origin in laid.history[upper])


def _holds(value: Any, path: Path) -> bool:
    for step in path:
        if isinstance(value, dict):
            if step not in value:
                return False
        elif not isinstance(value, list) or not isinstance(step, int) or step >= len(value):
            return False
        value = value[step]
    return True


def _leaves(value: Any, path: Path, shown: str) -> Iterator[tuple[Path, str, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key), f"{shown}.{key}".lstrip("."))
    elif isinstance(value, list) and any(isinstance(one, dict | list) for one in value):
        for number, inner in enumerate(value):
            name = inner.get("name", number) if isinstance(inner, dict) else number
            yield from _leaves(inner, (*path, number), f"{shown}[{name}]")
    else:
        yield path, shown, value


def _prefixes(path: str) -> Iterator[str]:
    for at, sign in enumerate(path):
        if sign in ".[":
            yield path[:at]
    yield path
