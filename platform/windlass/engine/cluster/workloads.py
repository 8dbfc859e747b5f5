"""How the kinds of Kubernetes itself do that run something, or are waited for by what runs."""

import re

from windlass.engine.cluster.containers import CRASHING, MISNAMED, containers
from windlass.engine.cluster.live import Live, at, condition, number, text
from windlass.model.health import Health

CURRENT = Health("current")
UNMEASURED = re.compile(r"FailedGet\w*Metrics?")
FOREVER = 2**31 - 1
"""How a Deployment says that it has no deadline."""


def deployment(live: Live) -> Health:
    """Every replica of the new version, none of the old, all of them available."""
    wanted, total = _wanted(live), number(live, "status", "replicas")
    updated, ready = number(live, "status", "updatedReplicas"), number(live, "status", "readyReplicas")
    available = number(live, "status", "availableReplicas")
    rolling, serving = condition(live, "Progressing"), condition(live, "Available")
    if rolling.status == "False" and rolling.reason == "ProgressDeadlineExceeded":
        return Health("failed", rolling.words)
    timed = number(live, "spec", "progressDeadlineSeconds", default=FOREVER) != FOREVER
    refused = condition(live, "ReplicaFailure")
    return _first(
        (at(live, "spec", "paused") is True, "it is paused"),
        (total < wanted and refused.status == "True", refused.words),
        (total < wanted, f"{total} of {wanted} replicas exist"),
        (updated < wanted, f"{updated} of {wanted} replicas are of the new version"),
        (total > wanted, f"{total - wanted} replicas too many are still there"),
        (available < updated, f"{available} of {updated} replicas are available"),
        (ready < wanted, f"{ready} of {wanted} replicas are ready"),
        (timed and rolling.reason != "NewReplicaSetAvailable", "the new version is not there yet"),
        (serving.status != "True", serving.words or "it is not available yet"),
    )


def replica_set(live: Live) -> Health:
    """Every replica available, none too many."""
    wanted, total = _wanted(live), number(live, "status", "replicas")
    refused = condition(live, "ReplicaFailure")
    return _first(
        (refused.status == "True", refused.words),
        *_short(live, wanted, ("fullyLabeledReplicas", "labelled"), ("availableReplicas", "available")),
        *_short(live, wanted, ("readyReplicas", "ready")),
        (total > wanted, f"{total - wanted} replicas too many are still there"),
    )


def stateful_set(live: Live) -> Health:
    """Every replica of the new revision, down to the partition; at once where only people update it."""
    if text(live, "spec", "updateStrategy", "type") == "OnDelete":
        return CURRENT
    wanted, total = _wanted(live), number(live, "status", "replicas")
    partition = number(live, "spec", "updateStrategy", "rollingUpdate", "partition")
    updated = number(live, "status", "updatedReplicas")
    there = (
        *_short(live, wanted, ("replicas", "there"), ("readyReplicas", "ready")),
        (total > wanted, f"{total - wanted} replicas too many are still there"),
    )
    if partition:
        share = max(wanted - partition, 0)
        return _first(*there, (updated < share, f"{updated} of {share} replicas are of the new version"))
    same = text(live, "status", "currentRevision") == text(live, "status", "updateRevision")
    current = number(live, "status", "currentReplicas")
    return _first(
        *there,
        (current < wanted, f"{current} of {wanted} replicas are of the current version"),
        (not same, "the new version is not everywhere yet"),
    )


def daemon_set(live: Live) -> Health:
    """A pod of the new version on every node that shall have one."""
    if at(live, "status", "desiredNumberScheduled") is None or at(live, "status", "observedGeneration") is None:
        return Health("progressing", "nobody has counted its nodes yet")
    wanted = number(live, "status", "desiredNumberScheduled")
    return _first(
        *_short(live, wanted, ("currentNumberScheduled", "there"), ("updatedNumberScheduled", "of the new version")),
        *_short(live, wanted, ("numberAvailable", "available"), ("numberReady", "ready")),
    )


def job(live: Live) -> Health:
    """Done. One that runs is on its way, which is what a training is waited for."""
    complete, failed = condition(live, "Complete"), condition(live, "Failed")
    if failed.status == "True":
        return Health("failed", failed.words)
    wanted = number(live, "spec", "completions", default=1)
    done = number(live, "status", "succeeded")
    running = number(live, "status", "active")
    return _first(
        (complete.status != "True" and at(live, "spec", "suspend") is True, "it is suspended"),
        (complete.status != "True", f"{done} of {wanted} pods have succeeded, {running} run"),
    )


def pod(live: Live) -> Health:
    """Ready, or done well."""
    phase, ready, placed = text(live, "status", "phase"), condition(live, "Ready"), condition(live, "PodScheduled")
    if phase == "Succeeded":
        return CURRENT
    if phase == "Failed":
        ended = next((f"{one.name}: {one.ended}, exit code {one.exit}" for one in containers(live) if one.exit), "")
        return Health(
            "failed", text(live, "status", "message") or text(live, "status", "reason") or ended or "it failed"
        )
    stuck = next((one for one in containers(live) if one.waits in (CRASHING, MISNAMED)), None)
    if stuck is not None:
        return Health("failed", f"{stuck.name}: {stuck.waits}")
    waiting = next((f"{one.name}: {one.waits}" for one in containers(live) if one.waits), "")
    return _first(
        (placed.status == "False", placed.words),
        (phase != "Running", waiting or f"it is {phase.lower() or 'not looked at yet'}"),
        (ready.status != "True", waiting or ready.words or "it is not ready"),
    )


def claim(live: Live) -> Health:
    """A volume that is there. Where volumes are bound to their first user, it waits for a pod."""
    phase = text(live, "status", "phase")
    return _first((phase != "Bound", f"it is {phase.lower() or 'not looked at yet'}"))


def service(live: Live) -> Health:
    """There at once; one that balances load needs its address in the cluster."""
    balances = text(live, "spec", "type") == "LoadBalancer"
    return _first((balances and not text(live, "spec", "clusterIP"), "it has no address in the cluster yet"))


def namespace(live: Live) -> Health:
    """Active."""
    phase = text(live, "status", "phase")
    return _first((phase != "Active", f"it is {phase.lower() or 'not looked at yet'}"))


def autoscaler(live: Live) -> Health:
    """It can read what it scales by, and scale. Not being asked to (no replicas) is well. Where nobody measures (small clusters
    have no metrics server), what it scales stands at its least and serves: whether that is well is not for us to know."""
    able, active = condition(live, "AbleToScale"), condition(live, "ScalingActive")
    if able.status == "True" and active.status == "False" and UNMEASURED.fullmatch(active.reason):
        return Health("unknown", active.words)
    return _first(
        (able.status != "True", able.words or "nobody has looked at it yet"),
        (active.status == "False" and active.reason != "ScalingDisabled", active.words),
    )


def _wanted(live: Live) -> int:
    return number(live, "spec", "replicas", default=1)


def _short(live: Live, wanted: int, *counts: tuple[str, str]) -> list[tuple[bool, str]]:
    found = [(number(live, "status", key), word) for key, word in counts]
    return [(count < wanted, f"{count} of {wanted} are {word}") for count, word in found]


def _first(*checks: tuple[bool, str]) -> Health:
    """The first thing that is still to come; nothing is well."""
    return next((Health("progressing", reason) for holds, reason in checks if holds), CURRENT)
