"""What may be asked about: models and environments that are declared, and those that only have state on this machine.

A spec that is broken, or gone, leaves services, logs and runs behind. Who wants to see them or to stop them needs no spec.
"""

import re
from dataclasses import dataclass

from windlass.engine import resolve
from windlass.flows import load
from windlass.model.document import NAME
from windlass.model.project import Project
from windlass.model.specs.environment import LOCAL, Environment
from windlass.ports import Ports


@dataclass(frozen=True, slots=True)
class Known:
    """The sound specs, and every name that means something here. ``environments`` are in the order of the chain, `local`
    first; those without a readable document come last."""

    project: Project
    models: tuple[str, ...]
    environments: tuple[str, ...]


def known(ports: Ports) -> Known:
    """Look. Mistakes in specs are counted in one line of talk."""
    loading = load.answering(ports)
    chain = resolve.chain(loading.project)
    used = [name for name in ports.servers.environments() if re.fullmatch(NAME, name)]
    rest = {*loading.declared("Environment"), *used} - {LOCAL, *chain}
    environments = (LOCAL, *chain, *sorted(rest))
    started = (slug for name in environments for slug in ports.servers.started(name))
    models = tuple(sorted({*loading.declared("Model"), *started}))
    return Known(loading.project, models, environments)


def model(what: Known, text: str | None, here: str) -> str:
    """The ``team/model`` that is meant. Raises `Usage` like `resolve.model`."""
    return resolve.slug(what.models, text, here)


def target(what: Known, name: str, rehearse: bool) -> Environment:
    """The environment where it goes: a cluster, where it has one and is not meant as it is rehearsed on this machine."""
    declared = what.project.environments.get(name)
    if declared is not None and declared.spec.spec.target.kind == "kubernetes" and not rehearse:
        return resolve.environment(what.project, name, rehearse=False)
    return environment(what, name)


def environment(what: Known, name: str) -> Environment:
    """The environment as it is on this machine. Raises `Usage` (WL603) where nothing of that name is known here."""
    if name in what.project.environments:
        return resolve.environment(what.project, name, rehearse=True)
    if name not in what.environments:
        raise resolve.unknown(name, what.environments)
    return resolve.environment(what.project, LOCAL, rehearse=False) if name == LOCAL else resolve.unread(name)
