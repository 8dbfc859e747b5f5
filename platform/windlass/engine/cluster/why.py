"""Why a live object is not well, in words for whoever must act: from what it says, from its events and from its pods."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from windlass.engine.cluster.containers import CRASHING, MISNAMED, OUT_OF_MEMORY, PULLING, Container, containers
from windlass.engine.cluster.health import health
from windlass.engine.cluster.live import Live, at, condition, items, text
from windlass.engine.cluster.steps import steps

FORBIDDEN = re.compile(r'^(?:Error creating: )?pods "[^"]*" is forbidden: ')
"""What is said before the reason why a pod may not be made; the name in it is another one each time."""
GOOD = (
    "Accepted",
    "Active",
    "Available",
    "Established",
    "NamesAccepted",
    "Progressing",
    "Ready",
    "ResolvedRefs",
    "ScalingActive",
)
"""Conditions that mean trouble where they are False."""
BAD = ("Failed", "ReplicaFailure", "SpecError", "Stalled", "SubmissionError")
LONGEST = 400


class Use(IntEnum):
    """How near a line is to the cause: the nearest comes first."""

    REFUSED = 0
    MEMORY = 1
    CRASH = 2
    STEP = 3
    IMAGE = 4
    CONFIGURATION = 5
    PLACE = 6
    MOUNT = 7
    PROBE = 8
    SAID = 9


@dataclass(frozen=True, slots=True)
class Cause:
    """One line to be, and the pod that it is about; the same words about several pods are one line."""

    use: Use
    words: str
    pod: str = ""


def why(live: Live, events: Sequence[Live], pods: Sequence[Live]) -> tuple[str, ...]:
    """The causes, the most useful first, each once. ``events`` and ``pods`` are those of the object and of what it made.
    Never raises, whatever they look like; empty where the object is well or nobody says a word."""
    watched = [live] if text(live, "kind") == "Pod" else pods
    well = {text(one, "metadata", "name") for one in watched if not _counts(one)}
    causes = [
        *(cause for one in watched if _counts(one) for cause in _pod(one)),
        *_steps(live),
        *(cause for one in events if (cause := _event(one, well)) is not None),
        *_said(live),
    ]
    lines = list(_lines(sorted(causes, key=lambda cause: cause.use)))
    reason = health(live).reason
    return tuple(lines or ([reason] if reason else []))


def _counts(pod: Live) -> bool:
    """Whether a pod could be the cause: one that is ready is not, nor one that is told to go."""
    return condition(pod, "Ready").status != "True" and at(pod, "metadata", "deletionTimestamp") is None


def _pod(pod: Live) -> Iterator[Cause]:
    name, placed = text(pod, "metadata", "name"), condition(pod, "PodScheduled")
    if placed.status == "False":
        yield Cause(Use.PLACE, f"no node takes it: {placed.words}", name)
    for one in containers(pod):
        cause = _container(one)
        if cause is not None:
            yield Cause(*cause, name)
    if text(pod, "status", "phase") == "Failed" and text(pod, "status", "reason"):
        yield Cause(Use.CRASH, f"{text(pod, 'status', 'reason')}: {text(pod, 'status', 'message')}", name)


def _container(one: Container) -> tuple[Use, str] | None:
    more = f": {one.said}" if one.said else ""
    again = f", {one.restarts} restarts" if one.restarts else ""
    if one.ended == OUT_OF_MEMORY:
        limit = f"its limit of {one.memory}" if one.memory else "it may use"
        return (
            Use.MEMORY,
            f"container {one.name} needs more memory than {limit} ({OUT_OF_MEMORY}, exit code {one.exit}{again})",
        )
    if one.waits == CRASHING or (one.exit and not one.waits):
        return Use.CRASH, f"container {one.name} ends with exit code {one.exit} ({one.ended or one.waits}{again}){more}"
    if one.waits in PULLING or one.waits == MISNAMED:
        return Use.IMAGE, f"container {one.name} has no image {one.image} ({one.waits}){more}"
    if one.waits.endswith("Error"):
        return Use.CONFIGURATION, f"container {one.name} cannot be started ({one.waits}){more}"
    return None


def _steps(live: Live) -> Iterator[Cause]:
    """The steps of a Workflow that failed."""
    for one in steps(live).failed:
        yield Cause(Use.STEP, f"step {one.name} has failed: {one.words}")


def _event(event: Live, well: set[str]) -> Cause | None:
    """What an event tells; nothing where its pod is well by now."""
    reason, message = text(event, "reason"), text(event, "message")
    about = at(event, "involvedObject") or at(event, "regarding")
    pod = text(about, "name") if text(about, "kind") == "Pod" else ""
    if not message or (pod and pod in well):
        return None
    match reason:
        case "FailedCreate":
            return Cause(Use.REFUSED, f"no pods are made: {FORBIDDEN.sub('', message)}")
        case "FailedScheduling":
            return Cause(Use.PLACE, f"no node takes it: {message}", pod)
        case "FailedMount" | "FailedAttachVolume":
            return Cause(Use.MOUNT, f"a volume cannot be mounted: {message}", pod)
        case "Unhealthy":
            return Cause(Use.PROBE, message, pod)
    return None


def _said(live: Live) -> Iterator[Cause]:
    for one in items(live, "status", "conditions"):
        said = condition(live, text(one, "type"))
        bad = (said.type in GOOD and said.status == "False") or (said.type in BAD and said.status == "True")
        if bad and said.words:
            refused = said.type == "ReplicaFailure"
            words = f"no pods are made: {FORBIDDEN.sub('', said.words)}" if refused else f"{said.type}: {said.words}"
            yield Cause(Use.REFUSED if refused else Use.SAID, words)


def _lines(causes: Iterable[Cause]) -> Iterator[str]:
    """Each cause once, in one line, with the pods that it is about."""
    about: dict[str, list[str]] = {}
    for cause in causes:
        words = " ".join(cause.words.split())
        pods = about.setdefault(words if len(words) <= LONGEST else words[:LONGEST] + "...", [])
        if cause.pod and cause.pod not in pods:
            pods.append(cause.pod)
    for words, pods in about.items():
        others = f" and {len(pods) - 1} more" if len(pods) > 1 else ""
        yield f"pod {pods[0]}{others}: {words}" if pods else words
