"""The newest training run of each model in a cluster, and of one that failed: which steps, why, and the end of their logs."""

from collections.abc import Mapping

from windlass.engine.cluster import attempts, stamp
from windlass.engine.cluster.steps import BROKEN, Step, lines, steps
from windlass.flows.cluster import runs
from windlass.flows.cluster.reach import Reach
from windlass.model.failure import Refused, World
from windlass.model.served import FailedStep, Training
from windlass.model.specs.environment import Environment
from windlass.ports.cluster import Live

LINES, LOGS = 20, 3
"""Of a log, and how many logs are asked for: of the steps that failed first."""


def newest(reach: Reach, environment: Environment, namespaces: set[str]) -> Mapping[str, Live]:
    """By the model's slug."""
    found: dict[str, Live] = {}
    for one in runs.workflows(reach, environment, namespaces):
        slug = stamp.identity(one).owner
        if slug not in found or _born(found[slug]) < _born(one):
            found[slug] = one
    return found


def training(reach: Reach, run: Live) -> Training:
    """What a run tells of itself; logs are asked for where it failed."""
    status, found = run.get("status") or {}, steps(run)
    ended = attempts.phase(run) in BROKEN
    return Training(
        run=run["metadata"]["name"],
        phase=attempts.phase(run),
        progress=str(status.get("progress") or ""),
        message=str(status.get("message") or ""),
        failed=tuple(_failed(reach, run, one, number < LOGS) for number, one in enumerate(found.failed) if ended),
        unread=found.unread if ended else "",
    )


def _failed(reach: Reach, run: Live, step: Step, asks: bool) -> FailedStep:
    log = lines(_log(reach, run, step.pod)) if asks else ()
    return FailedStep(step=step.name, reason=step.words, exit=step.exit, pod=step.pod, log=log)


def _log(reach: Reach, run: Live, pod: str) -> str:
    """The end of a log. One that cannot be read, or may not be, hides no failure."""
    meta = run["metadata"]
    try:
        return reach.workflows.output(meta["namespace"], meta["name"], LINES, pod).get(pod, "")
    except (Refused, World):
        return ""


def _born(live: Live) -> str:
    return str(live["metadata"]["creationTimestamp"])
