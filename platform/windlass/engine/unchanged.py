"""Decides whether a stage must run, from `dvc.lock` and hashes that are handed in, as DVC would but without importing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from windlass.engine.dvclock import StageLock
from windlass.model.workload import Pipeline, Step
from windlass.model.workload.search import PLAN

PARAMS = "params.json"
SEARCH = "digest"
"""The key of a rendered search that the stage which searches depends on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stage would run on now: its command, the md5 of each dep, its parameters, the paths it must write; the digest of
    its search, if it searches."""

    cmd: str
    deps: Mapping[str, str | None]
    params: Mapping[str, Any]
    outs: frozenset[str]
    search: str | None = None


def asked(pipeline: Pipeline, step: Step, deps: Mapping[str, str | None]) -> Asked:
    """A stage of a pipeline as it stands now."""
    values = {parameter.name: parameter.value for parameter in pipeline.parameters}
    return Asked(
        cmd=step.command or "",
        deps=deps,
        params={name: values[name] for name in step.params},
        outs=frozenset((*step.outs, *(file.path for file in step.metrics))),
        search=step.search.digest if step.search else None,
    )


def reason(now: Asked, entry: StageLock | None, held: Callable[[str], bool]) -> str | None:
    """Why the stage must run, in words for a person; None where its results of last time are its results. ``held`` says
    whether the cache has the content of an md5."""
    if entry is None:
        return "never ran"
    for judge in (_command, _parameters, _deps):
        if found := judge(now, entry):
            return found
    if now.outs != entry.outs.keys():
        return "writes other files"
    missing = sorted(path for path, md5 in entry.outs.items() if not (md5 and held(md5)))
    return f"{missing[0]} is not in this store" if missing else None


def consistent(pipeline: Pipeline, entries: Mapping[str, StageLock], known: Mapping[str, str | None]) -> bool:
    """Whether a `dvc.lock` describes one run of the pipeline as it stands now, here or elsewhere. ``known`` has the md5 of
    each dep that no stage makes, by its path as the pipeline says it."""
    made: dict[str, str] = {}
    for step in pipeline.stages:
        entry = entries.get(step.name)
        if entry is None:
            return False
        # What is part of something made is known only to those who have it; the entry itself is believed then.
        deps = {dep: made.get(dep, known.get(dep, entry.deps.get(dep))) for dep in step.deps}
        if reason(asked(pipeline, step, deps), entry, lambda _: True) is not None:
            return False
        made |= entry.outs
    return True


def _command(now: Asked, entry: StageLock) -> str | None:
    return None if entry.cmd == now.cmd else "command changed"


def _parameters(now: Asked, entry: StageLock) -> str | None:
    before = dict(entry.params.get(PARAMS) or {})
    searched = dict(entry.params.get(PLAN) or {})
    wanted = {SEARCH: now.search} if now.search else {}
    if before.keys() != now.params.keys() or entry.params.keys() - {PARAMS, PLAN} or searched.keys() != wanted.keys():
        return "reads other parameters"
    if searched != wanted:
        return "the search changed"
    # As DVC compares: 1, 1.0 and true are one value to it.
    moved = [name for name, value in sorted(now.params.items()) if value != before[name]]
    return f"{moved[0]} {_text(before[moved[0]])} -> {_text(now.params[moved[0]])}" if moved else None


def _deps(now: Asked, entry: StageLock) -> str | None:
    if now.deps.keys() != entry.deps.keys():
        return "reads other files"
    moved = sorted(path for path, md5 in now.deps.items() if md5 is None or md5 != entry.deps[path])
    return f"{moved[0]} changed" if moved else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
