"""The pods of a rendered object, wherever it keeps them: a Deployment's template, a Workflow's steps, a CronJob.

CEL has no recursion; so that a policy about pods need not know every kind that starts some, it gets them as a list.
"""

from collections.abc import Iterator, Mapping
from typing import Any

RUNNING = ("initContainers", "containers", "ephemeralContainers")
IN_STEPS = ("container", "script")
"""Where a step of Argo Workflows has its one container."""
SHARED = (
    "securityContext",
    "volumes",
    "serviceAccountName",
    "automountServiceAccountToken",
    "hostNetwork",
    "nodeSelector",
)
"""What a Workflow says once for the pods of all its steps."""
NAMES = (*RUNNING, *IN_STEPS, *SHARED, "sidecars", "containerSet", "templates", "image")
"""The keys by which pods are found."""


def pods(value: Any) -> list[dict[str, Any]]:
    """Each pod as `spec` (what is said of the pod) and `containers` (all of them, those that run before and beside too)."""
    return list(_pods(value, {}))


def _pods(value: Any, around: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        for one in value:
            yield from _pods(one, around)
    elif isinstance(value, dict):
        containers = _containers(value)
        if containers:
            yield {"spec": {**around, **value}, "containers": containers}
            return
        if isinstance(value.get("templates"), list):
            around = {key: value[key] for key in SHARED if key in value}
        for one in value.values():
            yield from _pods(one, around)


def _containers(value: Mapping[str, Any]) -> list[dict[str, Any]]:
    alone = [value[key] for key in IN_STEPS if isinstance(value.get(key), dict) and "image" in value[key]]
    several = value.get("containerSet")
    listed = [one for key in (*RUNNING, "sidecars") for one in _list(value.get(key))]
    grouped = _list(several.get("containers")) if isinstance(several, dict) else []
    found = [one for one in (*alone, *grouped, *listed) if isinstance(one, dict)]
    return found if any("image" in one for one in found) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
