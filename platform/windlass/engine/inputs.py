"""The `inputs` digest: the name of a training run, made of all that can change what it makes and of nothing else."""

from collections.abc import Mapping
from typing import Any

from windlass.model import digests
from windlass.model.workload import Pipeline, Step


def inputs(
    pipeline: Pipeline, code: Mapping[str, str], lock: str, python: str, data: Mapping[str, str]
) -> tuple[str, dict[str, Any]]:
    """The digest and the value it is of.

    ``code`` maps each file that a stage reads and none makes (relative to the repository) to its sha256; ``lock`` is
    the digest of the requirements' pins, ``python`` the minor version, ``data`` the md5 of each dataset by ``team/name``.
    Resources, environment variables and the team's tests are not in it: they do not change what is trained, or must not.
    """
    record: dict[str, Any] = {
        "code": dict(sorted(code.items())),
        "data": dict(sorted(data.items())),
        "params": {parameter.name: parameter.value for parameter in pipeline.parameters},
        "python": python,
        "requirements": lock,
        "stages": {step.name: _stage(step) for step in pipeline.stages},
    }
    return digests.of_value(record), record


def _stage(step: Step) -> dict[str, Any]:
    stage: dict[str, Any] = {
        "command": step.command,
        "deps": sorted(step.deps),
        "outs": sorted(step.outs),
        "params": sorted(step.params),
        "metrics": sorted(file.path for file in step.metrics),
    }
    if step.search is not None:
        # its stages stand here themselves; the seed and the ranges are in the trials that were drawn of them
        stage["search"] = {"objective": step.search.objective.plain(), "trials": list(step.search.trials)}
    return stage
