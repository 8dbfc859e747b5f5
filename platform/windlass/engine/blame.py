"""Whose mistake it is when rendering fails: the line of the template that did it, as a finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from windlass.engine.backend import FILE
from windlass.engine.parse import parse
from windlass.engine.wording import near
from windlass.model.backend import Backend
from windlass.model.diagnostic import Diagnostic, Place
from windlass.model.failure import Findings

if TYPE_CHECKING:
    from windlass.engine.sandbox import Language

NOTE = "this is the backend's mistake, not the spec's"


def path_name(number: int) -> str:
    """The name under which the path of a document is compiled; no file is called so."""
    return f"{FILE}#{number}"


def path_place(backend: Backend, files: Mapping[str, str], number: int) -> Place:
    """Where the path of a document is written."""
    path = f"{backend.folder}/{FILE}"
    source = parse(path, files[FILE].encode()).source
    return source.place("documents", number, "path") if source else Place(path)


def line_place(backend: Backend, watched: Language, name: str, fields: Mapping[str, Any], line: int) -> Place:
    """The line of a template that made a line of a document, which is rendered again and watched piece by piece."""
    found, written = (name, 1), 1
    for piece in watched.pieces(name, fields):
        ends = written + piece.count("\n")
        if written <= line:
            file, first = watched.at
            found = (file, first + line - written if line <= ends else first)
        written = ends
    return Place(f"{backend.folder}/{found[0]}", found[1])


def stopped(
    backend: Backend, files: Mapping[str, str], name: str, fields: Mapping[str, Any], error: Exception
) -> Findings:
    """WL275: what a template asked for is not there, or not allowed."""
    why, hint = str(error) or type(error).__name__, NOTE
    if isinstance(error, RecursionError):
        why = "files include each other without an end"
    missing = why.partition("' is undefined")[0].removeprefix("'")
    if missing != why and (guess := near(missing, fields)):
        hint = f"did you mean `{guess}`?"
    message = f"backend {backend.axis}/{backend.name} was stopped: {why}"
    return _told(backend, files, Diagnostic("WL275", message, _where(backend, files, name, error), hint))


def unusable(backend: Backend, files: Mapping[str, str], why: str, place: Place) -> Findings:
    """WL276: what came out cannot be written."""
    message = f"backend {backend.axis}/{backend.name} made what cannot be used: {why}"
    return _told(backend, files, Diagnostic("WL276", message, place, NOTE))


def _where(backend: Backend, files: Mapping[str, str], name: str, error: Exception) -> Place:
    """The innermost line of a template that the error went through."""
    found, line, trace = name, 1, error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if file in files or file == name:
            found, line = file, trace.tb_lineno
        trace = trace.tb_next
    unread = getattr(error, "filename", None), getattr(error, "lineno", None)
    if unread[0] in files and isinstance(unread[1], int):
        found, line = str(unread[0]), unread[1]
    file, mark, number = found.partition("#")
    return path_place(backend, files, int(number)) if mark else Place(f"{backend.folder}/{file}", line)


def _told(backend: Backend, files: Mapping[str, str], finding: Diagnostic) -> Findings:
    return Findings([finding], sources={f"{backend.folder}/{name}": text for name, text in files.items()})
