"""Decides whether a stage must run, from `dvc.lock` and hashes that are handed in, as DVC would but without importing it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from windlass.engine.dvclock import StageLock
from windlass.model.workload import Pipeline, Step

PARAMS = "params.json"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a stage would run on now: its command, the md5 of each dep, its parameters, the paths it must write."""

    cmd: str
    deps: Mapping[str, str | None]
    params: Mapping[str, Any]
    outs: frozenset[str]


def asked(pipeline: Pipeline, step: Step, deps: Mapping[str, str | None]) -> Asked:
    """A stage of a pipeline as it stands now."""
    values = {parameter.name: parameter.value for parameter in pipeline.parameters}
    return Asked(
        cmd=step.command or "",
        deps=deps,
        params={name: values[name] for name in step.params},
        outs=frozenset((*step.outs, *(file.path for file in step.metrics))),
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


def _command(now: Asked, entry: StageLock) -> str | None:
    return None if entry.cmd == now.cmd else "command changed"


def _parameters(now: Asked, entry: StageLock) -> str | None:
    before = dict(entry.params.get(PARAMS) or {})
    if before.keys() != now.params.keys() or entry.params.keys() - {PARAMS}:
        return "reads other parameters"
    moved = [name for name, value in sorted(now.params.items()) if not _same(value, before[name])]
    return f"{moved[0]} {_text(before[moved[0]])} -> {_text(now.params[moved[0]])}" if moved else None


def _deps(now: Asked, entry: StageLock) -> str | None:
    if now.deps.keys() != entry.deps.keys():
        return "reads other files"
    moved = sorted(path for path, md5 in now.deps.items() if md5 is None or md5 != entry.deps[path])
    return f"{moved[0]} changed" if moved else None


def _same(one: Any, other: Any) -> bool:
    # Python says that True equals 1 and 1.0; to code that reads parameters they are different.
    return type(one) is type(other) and bool(one == other)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
