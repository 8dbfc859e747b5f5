"""`windlass new model`: a model that trains, is judged and serves from the first minute, to be changed into one's own."""

import re
from pathlib import Path

from windlass.engine import generated, resolve
from windlass.engine.lower import pipeline
from windlass.flows import load
from windlass.flows.gather import Reader
from windlass.flows.starts import filled
from windlass.model import layout
from windlass.model.document import NAME
from windlass.model.failure import Findings, Usage
from windlass.model.specs.environment import LOCAL


def new_model(ports: Reader, start: Path, slug: str, owner: str) -> tuple[str, ...]:
    """Write the starting files of ``team/name``; their paths in the repository. Raises `Usage`: WL606 for a name that
    cannot be, WL607 where something is there already."""
    team, name = _names(slug)
    homes = {"model": f"{layout.SPECS}/{team}/{name}", "dataset": f"{layout.SPECS}/{team}/datasets/{name}"}
    for home in homes.values():
        if ports.files.look(ports.root / home).kind != "absent":
            raise Usage.one("WL607", f"`{home}` is there already", "nothing was written: take another name")
    written = []
    for path, data in filled(ports.files, start, {"team": team, "name": name, "owner": owner}):
        part, _, rest = path.partition("/")
        target = f"{homes[part]}/{rest}" if rest else f"{layout.SPECS}/{team}/{path}"
        if rest or ports.files.look(ports.root / target).kind == "absent":
            ports.files.write(ports.root / target, data)
            written.append(target)
    return tuple(sorted([*written, *_generated(ports, f"{team}/{name}")]))


def _names(slug: str) -> tuple[str, str]:
    team, slash, name = slug.partition("/")
    for word in (team, name):
        if not slash or not re.fullmatch(NAME, word) or word == "datasets":
            hint = "two names of small letters, digits and `-`, a letter first: vision/digits"
            raise Usage.one("WL606", f"`{slug}` is no TEAM/NAME", hint)
    return team, name


def _generated(ports: Reader, slug: str) -> tuple[str, ...]:
    """What is rendered from the new specs, written beside them, so that they validate at once."""
    loading = load.read(ports, generated=False)
    project, templates = loading.project, ports.templates.files(*generated.BESIDE)
    if slug not in project.models or slug not in project.datasets:
        raise Findings(loading.diagnostics, sources=loading.texts)
    local = resolve.environment(project, LOCAL, rehearse=False)
    made = {
        **generated.files(pipeline.source(project.datasets[slug], local), templates),
        **generated.files(pipeline.pipeline(project.models[slug], project, local), templates),
    }
    for path, data in made.items():
        ports.files.write(ports.root / path, data)
    return tuple(made)
