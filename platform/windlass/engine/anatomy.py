"""What a kind of document is made of, read from its pydantic model: known keys at a place, and where a key belongs."""

import functools
import types
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Union, get_args, get_origin

from windlass.model.document import Document


def known_keys(kind: type[Document], path: Sequence[str | int]) -> tuple[str, ...]:
    """The keys that the document knows at a path; none where any key is fine."""
    inside: Any = kind
    for step in path:
        inside = next((found for part in _parts(inside) if (found := _inside(part, step)) is not None), None)
    for part in _parts(inside):
        if _is_document(part):
            return tuple(_outside(part))
    return ()


def homes(kind: type[Document], key: str) -> tuple[str, ...]:
    """The dotted paths where a key belongs, list items as ``[]``: ``spec.pipeline.stages[].cmd``."""
    return tuple(path for name, path in _all_keys(kind) if name == key)


@functools.cache
def _all_keys(kind: type[Document]) -> tuple[tuple[str, str], ...]:
    return tuple(_walk(kind, ""))


def _walk(kind: type[Document], prefix: str) -> Iterator[tuple[str, str]]:
    for name, annotation in _outside(kind).items():
        yield name, f"{prefix}{name}"
        for part in _parts(annotation):
            if _is_document(part):
                yield from _walk(part, f"{prefix}{name}.")
            elif get_origin(part) is tuple:
                for item in _parts(get_args(part)[0]):
                    if _is_document(item):
                        yield from _walk(item, f"{prefix}{name}[].")


def _outside(kind: type[Document]) -> dict[str, Any]:
    return {field.alias or name: field.annotation for name, field in kind.model_fields.items()}


def _inside(part: Any, step: str | int) -> Any:
    if _is_document(part):
        return _outside(part).get(str(step))
    if get_origin(part) is tuple and isinstance(step, int):
        return get_args(part)[0]
    if get_origin(part) is dict:
        return get_args(part)[1]
    return None


def _parts(annotation: Any) -> tuple[Any, ...]:
    """The alternatives of an annotation, without `None` and without what `Annotated` adds."""
    if get_origin(annotation) is Annotated:
        return _parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(part for choice in get_args(annotation) for part in _parts(choice))
    return () if annotation in (None, type(None)) else (annotation,)


def _is_document(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, Document)
