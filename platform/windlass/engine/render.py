"""Workload -> documents: a backend's templates spell what `lower` decided.

A template sees the workload's fields under their outside names (``dependsOn``), each one present (absent is null), the
backend's ``options`` and ``header``; so does a path. Filters are a closed set of pure functions; Jinja's own are gone, apart
from the few that are listed here. Jinja is imported on first use, since most verbs never render.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from windlass.engine import blame, objects, spelling
from windlass.engine.backend import FILE, declared, values
from windlass.model.backend import Backend
from windlass.model.document import Document
from windlass.model.specs.dataset import Scalar

if TYPE_CHECKING:
    from windlass.engine.sandbox import Language

HEADER = "rendered by windlass"
KEPT = ("join", "length", "sort", "unique", "map", "selectattr", "list", "first", "indent")


def render(
    files: Mapping[str, str], workload: Document, options: Mapping[str, Scalar] | None = None
) -> dict[str, bytes]:
    """The documents of one backend by their path, from the backend's files and one workload. ``options`` are those that the
    environment sets. A template that renders nothing makes no document.

    Raises `Findings` with the template's file and line: WL275 where it asks for what is not there or does what templates may
    not do, WL276 where what comes out cannot be used.
    """
    backend = declared(files[FILE])
    fields = {**workload.model_dump(mode="json", by_alias=True), "options": values(backend, options or {})}
    made: dict[str, bytes] = {}
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
        made[path] = text.encode()
    return made


def _text(backend: Backend, files: Mapping[str, str], name: str, fields: Mapping[str, Any]) -> str:
    try:
        return "".join(_language(_key(files)).pieces(name, fields))
    except Exception as error:
        # whatever Python says to what a template does is the template's mistake
        raise blame.stopped(backend, files, name, fields, error) from error


def _key(files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(files.items()))


@functools.cache
def _language(files: tuple[tuple[str, str], ...], watched: bool = False) -> Language:
    from jinja2 import Environment

    from windlass.engine.sandbox import Language

    texts = dict(files)
    paths = {blame.path_name(number): entry.path for number, entry in enumerate(declared(texts[FILE]).documents)}
    jinja, own = Environment(autoescape=True).filters, dict[str, Any](spelling.FILTERS)
    return Language(texts | paths, {name: jinja[name] for name in KEPT} | own, HEADER, watched)
