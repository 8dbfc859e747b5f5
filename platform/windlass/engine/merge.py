"""The law of overlays: maps merge, lists of named things merge by name, everything else replaces, `null` removes.

`origins` says which parts of the result came from the patch and from where in it, so that a finding in a merged spec can point
at the line of the overlay that caused it. Neither argument is ever changed.
"""

from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]


def merge(base: Any, patch: Any) -> Any:
    """The base with the patch laid over it."""
    return _merge(base, patch, (), (), {})


def merged_with_origins(base: Any, patch: Any) -> tuple[Any, dict[Path, Path]]:
    """The merged value, and for each path in it that the patch gave the path inside the patch. A container that both have
    is nobody's alone and stays out."""
    origins: dict[Path, Path] = {}
    return _merge(base, patch, (), (), origins), origins


def taken(base: Any, patch: Any, path: Path = (), origin: Path = ()) -> Iterator[tuple[Path, Path]]:
    """What a patch removes: each path of the base, and the path inside the patch that says so."""
    if isinstance(base, dict) and isinstance(patch, dict):
        for key, value in patch.items():
            if value is None and key in base:
                yield (*path, key), (*origin, key)
            else:
                yield from taken(base.get(key), value, (*path, key), (*origin, key))
    elif _named(base) and _named(patch):
        places = {item["name"]: number for number, item in enumerate(base)}
        for number, item in enumerate(patch):
            if item["name"] in places:
                where = places[item["name"]]
                yield from taken(base[where], item, (*path, where), (*origin, number))


def settings(patch: Any, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], Any]:
    """What a patch sets: its leaves by path, items of named lists under their name."""
    if isinstance(patch, dict) and patch:
        return {leaf: value for key, inner in patch.items() for leaf, value in settings(inner, (*path, key)).items()}
    if _named(patch):
        return {
            leaf: value
            for item in patch
            for leaf, value in settings(
                {key: inner for key, inner in item.items() if key != "name"}, (*path, item["name"])
            ).items()
        }
    return {path: patch}


def _merge(base: Any, patch: Any, path: Path, origin: Path, origins: dict[Path, Path]) -> Any:
    shared = isinstance(base, dict) if isinstance(patch, dict) else _named(patch) and _named(base)
    if not shared:
        origins[path] = origin
    if isinstance(patch, dict):
        return _merge_maps(base if shared else {}, patch, path, origin, origins)
    if _named(patch):
        # Over a list without names it replaces, but by the same way, so that its nulls are gone too.
        return _merge_lists(base if shared else [], patch, path, origin, origins)
    return _copied(patch, path, origin, origins)


def _merge_maps(
    base: dict[str, Any], patch: dict[str, Any], path: Path, origin: Path, origins: dict[Path, Path]
) -> Any:
    result = dict(base)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _merge(base.get(key), value, (*path, key), (*origin, key), origins)
    return result


def _merge_lists(base: list[Any], patch: list[Any], path: Path, origin: Path, origins: dict[Path, Path]) -> Any:
    result = list(base)
    places = {item["name"]: number for number, item in enumerate(base)}
    for number, item in enumerate(patch):
        where = places.setdefault(item["name"], len(result))
        if where == len(result):
            result.append(None)
        result[where] = _merge(result[where], item, (*path, where), (*origin, number), origins)
    return result


def _copied(value: Any, path: Path, origin: Path, origins: dict[Path, Path]) -> Any:
    origins[path] = origin
    if isinstance(value, list):
        return [_copied(item, (*path, at), (*origin, at), origins) for at, item in enumerate(value)]
    if isinstance(value, dict):
        kept = {key: item for key, item in value.items() if item is not None}
        return {key: _copied(item, (*path, key), (*origin, key), origins) for key, item in kept.items()}
    return value


def _named(value: Any) -> bool:
    if not isinstance(value, list) or not value:
        return False
    found = [item.get("name") if isinstance(item, dict) else None for item in value]
    return all(isinstance(name, str) for name in found) and len(set(found)) == len(found)
