"""Workload -> documents: a backend's templates spell what `lower` decided.

A template sees the workload's fields under their outside names (``dependsOn``), each one present (absent is null), the
backend's ``options`` and ``header``; so does a path. Filters are a closed set of pure functions; Jinja's own are gone, apart
from the few that are listed here. Jinja is imported on first use, since most verbs never render.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from windlass.engine import blame, objects, spelling
from windlass.engine.backend import FILE, declared, values
from windlass.engine.cast import Document
from windlass.model.backend import Backend
from windlass.model.document import Document as Workload
from windlass.model.specs.dataset import Scalar

if TYPE_CHECKING:
    from windlass.engine.mould import Moulds
    from windlass.engine.sandbox import Language

Spoken = TypeVar("Spoken", bound="Language")
HEADER = "rendered by windlass"
KEPT = ("join", "length", "sort", "unique", "map", "selectattr", "list", "first", "indent")


def render(
    files: Mapping[str, str], workload: Workload, options: Mapping[str, Scalar] | None = None
) -> dict[str, bytes]:
    """The same as `documents`, by their path."""
    return {made.path: made.data for made in documents(files, workload, options)}


def documents(
    files: Mapping[str, str], workload: Workload, options: Mapping[str, Scalar] | None = None
) -> list[Document]:
    """The documents of one backend, from the backend's files and one workload. ``options`` are those that the
    environment sets. A template that renders nothing makes no document.

    Raises `Findings` with the template's file and line: WL275 where it asks for what is not there or does what templates may
    not do, WL276 where what comes out cannot be used.
    """
    backend = declared(files[FILE])
    moulds, given = _moulds(_key(files)), values(backend, options or {})
    asked = workload.model_dump(mode="json", by_alias=True, include=_named(type(workload), moulds.names))
    made = moulds.fill({**asked, "options": given})
    if made is not None:
        return made
    return _run(backend, files, {**workload.model_dump(mode="json", by_alias=True), "options": given})


@functools.cache
def _named(kind: type[Workload], names: frozenset[str]) -> set[str]:
    """The fields of a kind that have these outside names."""
    return {name for name, field in kind.model_fields.items() if (field.alias or name) in names}


def _run(backend: Backend, files: Mapping[str, str], fields: Mapping[str, Any]) -> list[Document]:
    made: dict[str, Document] = {}
    for number, entry in enumerate(backend.documents):
        text = _text(backend, files, entry.template, fields)
        if not text.strip():
            continue
        path = _text(backend, files, blame.path_name(number), fields)
        if why := objects.misplaced(path, made):
            raise blame.unusable(backend, files, why, blame.path_place(backend, files, number))
        if backend.target == "kubernetes" and (found := objects.unusable(text)):
            why, line = found
            place = blame.line_place(backend, _language(_key(files), watched=True), entry.template, fields, line)
            raise blame.unusable(backend, files, why, place)
        made[path] = Document(path, text.encode())
    return list(made.values())


def _text(backend: Backend, files: Mapping[str, str], name: str, fields: Mapping[str, Any]) -> str:
    try:
        return "".join(_language(_key(files)).pieces(name, fields))
    except Exception as error:
        # whatever Python says to what a template does is the template's mistake
        raise blame.stopped(backend, files, name, fields, error) from error


def _key(files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(files.items()))


@functools.cache
def _moulds(files: tuple[tuple[str, str], ...]) -> Moulds:
    from windlass.engine.mould import Moulds
    from windlass.engine.tracing import Tracing

    backend = declared(dict(files)[FILE])
    pairs = [(blame.path_name(number), entry.template) for number, entry in enumerate(backend.documents)]
    return Moulds(_speaking(Tracing, files), pairs, backend.target == "kubernetes")


@functools.cache
def _language(files: tuple[tuple[str, str], ...], watched: bool = False) -> Language:
    from windlass.engine.sandbox import Language

    return _speaking(Language, files, watched)


def _speaking(language: type[Spoken], files: tuple[tuple[str, str], ...], watched: bool = False) -> Spoken:
    from jinja2 import Environment

    texts = dict(files)
    paths = {blame.path_name(number): entry.path for number, entry in enumerate(declared(texts[FILE]).documents)}
    jinja, own = Environment(autoescape=True).filters, dict[str, Any](spelling.FILTERS)
    return language(texts | paths, {name: jinja[name] for name in KEPT} | own, HEADER, watched)
