"""Which backends there are, for the rules and for who lists them; and whether a repository's own do what their examples say."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from windlass.engine import backend as reading
from windlass.engine import examples
from windlass.engine.backend import Known
from windlass.model import layout
from windlass.model.backend import KINDS, Backend, Listed
from windlass.model.diagnostic import Diagnostic
from windlass.model.project import Project
from windlass.ports import Files, Templates


class Reader(Protocol):
    """The part of `Ports` that this needs."""

    @property
    def root(self) -> Path:
        """The repository."""
        ...

    @property
    def files(self) -> Files:
        """Its files."""
        ...


def known(templates: Templates, project: Project) -> tuple[Known, tuple[Diagnostic, ...]]:
    """Names of all, descriptions of those that an environment names or that the repository describes itself, and what is wrong
    with these."""
    names = {axis: templates.backends(axis) for axis in templates.axes()}
    chosen = {pair for loaded in project.environments.values() for pair in loaded.spec.spec.backends.plain().items()}
    backends: dict[tuple[str, str], Backend] = {}
    diagnostics = _strays(templates, names)
    for axis, name in _every(names):
        own = templates.own(axis, name)
        if own or (axis, name) in chosen:
            found, wrong = reading.read(axis, name, templates.files(axis, name))
            diagnostics += wrong
            if found is not None:
                backends[axis, name] = found
    return Known(names, backends), tuple(diagnostics)


def every(templates: Templates) -> tuple[tuple[Listed, ...], tuple[Diagnostic, ...]]:
    """All of them, and what is wrong with those that cannot be read."""
    names = {axis: templates.backends(axis) for axis in templates.axes()}
    found: list[Listed] = []
    diagnostics = _strays(templates, names)
    for axis, name in _every(names):
        backend, wrong = reading.read(axis, name, templates.files(axis, name))
        diagnostics += wrong
        found += [Listed(backend, templates.own(axis, name))] if backend else []
    return tuple(found), tuple(diagnostics)


def check(templates: Templates) -> tuple[tuple[str, ...], tuple[Diagnostic, ...], dict[str, bytes]]:
    """The repository's own backends, those with a file that stands in for a shipped one included, against their examples:
    their names, what is wrong, and every file of `examples/` as it would be right, by its path in the repository."""
    found, wrong = every(templates)
    own = [one.backend for one in found if one.own]
    diagnostics, made = [*wrong], dict[str, bytes]()
    for backend in own:
        files, held = templates.files(backend.axis, backend.name), templates.examples(backend.axis, backend.name)
        findings, right = examples.check(backend, files, held)
        diagnostics += findings
        made |= {f"{backend.folder}/{path}": data for path, data in right.items()}
    return tuple(f"{one.axis}/{one.name}" for one in own), tuple(diagnostics), made


def take_over(ports: Reader, right: Mapping[str, bytes]) -> None:
    """Make what is right what is expected: files of the same cases that are not made any more go."""
    cases = {path.removesuffix(examples.INPUT) for path in right if path.endswith(f"/{examples.INPUT}")}
    for path, _ in ports.files.survey(ports.root / layout.TEMPLATES):
        name = path.relative_to(ports.root).as_posix()
        if name not in right and any(name.startswith(f"{case}{examples.EXPECTED}/") for case in cases):
            ports.files.remove(path)
    for name, data in right.items():
        ports.files.write(ports.root / name, data)


def _strays(templates: Templates, names: Mapping[str, tuple[str, ...]]) -> list[Diagnostic]:
    return [
        reading.stray(axis, name, names.get(axis, ()))
        for axis, name in templates.owned()
        if axis in KINDS and name not in names.get(axis, ())
    ]


def _every(names: dict[str, tuple[str, ...]]) -> Iterable[tuple[str, str]]:
    return ((axis, name) for axis, every_name in names.items() for name in every_name)
