"""Reading the repository: every spec and environment through the files port, and what the rules ask about other files.

Nothing is written and no git is needed. Links are followed only to see where they lead: what lies outside of the repository is
said to be outside and never read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from windlass.engine import validate
from windlass.engine.asks import asks
from windlass.engine.generated import file_names
from windlass.engine.homes import home
from windlass.engine.parse import SIZE, too_large
from windlass.engine.tree import Fact
from windlass.model import layout
from windlass.model.diagnostic import Diagnostic, Place, Severity
from windlass.model.failure import Findings
from windlass.model.project import Project
from windlass.ports import Files, Look, Ports, Templates

BACKEND = ("pipelines", "dvc")
"""The backend whose files are committed beside the code, whatever an environment renders besides."""
YAML = re.compile(r"\.ya?ml$")


class Reader(Protocol):
    """The part of `Ports` that reading needs."""

    @property
    def root(self) -> Path:
        """The repository."""
        ...

    @property
    def files(self) -> Files:
        """Its files."""
        ...

    @property
    def templates(self) -> Templates:
        """The shipped backends."""
        ...


@dataclass(frozen=True, slots=True)
class Loading:
    """The project with all findings; ``texts`` are the files that findings may point into, ``facts`` what was asked."""

    project: Project
    diagnostics: tuple[Diagnostic, ...]
    documents: int
    files: Mapping[str, bytes]
    links: tuple[str, ...]
    asked: Mapping[str, bool]
    facts: Mapping[str, Fact]

    @property
    def texts(self) -> dict[str, str]:
        """Every text by its path, for code frames."""
        others = {path: fact.data for path, fact in self.facts.items() if fact.data is not None}
        return {
            path: data.decode("utf-8", "replace").removeprefix("\ufeff")
            for path, data in (others | dict(self.files)).items()
        }


def read(ports: Reader, generated: bool = True) -> Loading:
    """Everything at once. ``generated`` compares `dvc.yaml`, `params.json` and requirements locks too."""
    files, links, found = _documents(ports)
    reading = validate.read(files, [one.place.path for one in found if one.place and home(one.place.path)])
    templates = ports.templates.files(*BACKEND)
    asked = asks(reading.meant, file_names(templates))
    facts = {path: _fact(ports, path, with_data) for path, with_data in asked.items()}
    diagnostics = (*found, *validate.judge(reading, facts, templates if generated else None))
    ordered = tuple(sorted(diagnostics, key=lambda one: (one.place or Place(""), one.code)))
    return Loading(reading.project, ordered, len(reading.documents), files, links, asked, facts)


def load(ports: Reader) -> tuple[Project, tuple[Diagnostic, ...]]:
    """The project of the valid documents, and every finding. Nothing is raised for what files hold."""
    loading = read(ports)
    return loading.project, loading.diagnostics


def require(ports: Ports, generated: bool = True) -> Project:
    """The project, or `Findings` with every mistake. ``generated=False`` is for verbs that write the generated files."""
    loading = read(ports, generated)
    errors = [one for one in loading.diagnostics if one.severity is Severity.ERROR]
    if errors:
        raise Findings(loading.diagnostics, sources=loading.texts)
    for one in loading.diagnostics:
        ports.progress.note(f"{one.place}  {one.code}  {one.message}")
    return loading.project


def _documents(ports: Reader) -> tuple[dict[str, bytes], tuple[str, ...], list[Diagnostic]]:
    """Every YAML file below `specs/` and `environments/`; links there, which are not followed; and what is wrong already."""
    files: dict[str, bytes] = {}
    links: list[str] = []
    found: list[Diagnostic] = []
    for top in (layout.SPECS, layout.ENVIRONMENTS):
        if _leaves(ports, ports.files.look(ports.root / top)):
            found.append(_linked(top))
            continue
        for path, link in ports.files.survey(ports.root / top):
            name = path.relative_to(ports.root).as_posix()
            if link:
                links.append(name)
                found += [_linked(name)] if _spec_like(name) else []
            elif YAML.search(name):
                look = ports.files.look(path)
                if look.size > SIZE:
                    found += [too_large(name, look.size)] if home(name) else []
                else:
                    files[name] = ports.files.read(path) or b""
    return files, tuple(links), found


def _linked(name: str) -> Diagnostic:
    hint = "put the files themselves here: nobody else's clone has what a link points to"
    return Diagnostic("WL217", f"`{name}` is a link, and specs are not read through links", Place(name), hint)


def _spec_like(name: str) -> bool:
    """Whether documents would lie at or below a path. Links to code and data beside a model are its own business."""
    parts = name.split("/")
    return (
        parts[0] == layout.ENVIRONMENTS
        or home(name) is not None
        or len(parts) <= (4 if "datasets" in parts[2:3] else 3)
    )


def _leaves(ports: Reader, look: Look) -> bool:
    return look.kind != "absent" and not look.real.is_relative_to(ports.files.look(ports.root).real)


def _fact(ports: Reader, path: str, with_data: bool) -> Fact:
    look = ports.files.look(ports.root / path)
    if _leaves(ports, look):
        return Fact("outside")
    data = ports.files.read(look.real) if with_data and look.kind == "file" else None
    return Fact(look.kind, data)
