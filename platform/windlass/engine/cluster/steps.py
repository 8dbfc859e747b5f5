"""The steps of a training run: what its Workflow tells of each pod, and which of them failed."""

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from windlass.engine.cluster.live import Live, at, text

BROKEN = ("Failed", "Error")
"""The phases of a step, and of a run, that did not end well."""
EXECUTOR = " argo=true"
"""How lines end that Argo's executor mixes into the log of a step."""
LARGEST = 64 * 1024 * 1024
"""Bytes of nodes that are unpacked at the most."""
GZIP = 31
POD_NAMES = "workflows.argoproj.io/pod-name-format"
LONGEST_NAME = 242
"""Characters of a pod's name before its number."""
CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f]")
"""What a log may have for a terminal and nobody reads."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step, or one attempt at it: the name of its pod, its phase, Argo's words, and the exit code where one is known."""

    name: str
    pod: str
    phase: str
    message: str
    exit: int | None

    @property
    def broken(self) -> bool:
        """Whether it did not end well; a later attempt may have."""
        return self.phase in BROKEN

    @property
    def words(self) -> str:
        """Why it failed."""
        return self.message.removeprefix("main: ") or self.phase


@dataclass(frozen=True, slots=True)
class Steps:
    """Those of one run in the order in which they began; ``failed`` are those that no attempt made good, the first to end first.
    ``unread`` says why nothing is known of them."""

    every: tuple[Step, ...] = ()
    failed: tuple[Step, ...] = ()
    unread: str = ""


def steps(workflow: Live) -> Steps:
    """What is known of a run's steps. Never raises, whatever it looks like."""
    nodes, unread = _nodes(workflow)
    tries = dict(_tries(nodes))
    pods = {key: node for key, node in nodes.items() if text(node, "type") == "Pod"}
    made = {key: _step(workflow, key, node, tries.get(key)) for key, node in pods.items()}
    broken = [key for key, one in made.items() if one.broken and (key not in tries or tries[key].final)]
    return Steps(
        tuple(made[key] for key in sorted(pods, key=lambda key: (text(pods[key], "startedAt"), key))),
        tuple(made[key] for key in sorted(broken, key=lambda key: (text(pods[key], "finishedAt"), key))),
        unread,
    )


def lines(log: str) -> tuple[str, ...]:
    """The lines of a step's log that the step wrote itself, as they can be shown."""
    return tuple(CONTROL.sub("", line).rstrip() for line in log.splitlines() if not line.endswith(EXECUTOR))


@dataclass(frozen=True, slots=True)
class _Try:
    """One attempt at a step that may be tried again: the how manieth, and whether the step failed with it."""

    number: int
    final: bool


def _nodes(workflow: Live) -> tuple[Mapping[str, Live], str]:
    status = at(workflow, "status")
    found, packed = at(status, "nodes"), text(status, "compressedNodes")
    unread = ""
    if not found and packed:
        found = _unpacked(packed)
        unread = "" if found else "its steps are packed in a way that Windlass does not read"
    elif not found and text(status, "offloadNodeStatusVersion"):
        unread = "its steps are in Argo's database, which only an Argo Server reads (`target.argoServer`)"
    if not isinstance(found, Mapping):
        return {}, unread
    return {key: one for key, one in found.items() if isinstance(one, Mapping)}, unread


def _unpacked(packed: str) -> object:
    try:
        return json.loads(zlib.decompressobj(GZIP).decompress(base64.b64decode(packed), LARGEST))
    except (ValueError, zlib.error, RecursionError):
        return None


def _tries(nodes: Mapping[str, Live]) -> Iterator[tuple[str, _Try]]:
    for node in nodes.values():
        children = at(node, "children")
        if text(node, "type") == "Retry" and isinstance(children, list):
            for number, key in enumerate(children, start=1):
                yield str(key), _Try(number, number == len(children) and text(node, "phase") in BROKEN)


def _step(workflow: Live, key: str, node: Live, tried: _Try | None) -> Step:
    said = at(node, "outputs", "exitCode")
    return Step(
        name=_name(node, tried),
        pod=_pod(workflow, key, node),
        phase=text(node, "phase"),
        message=text(node, "message"),
        exit=int(said) if isinstance(said, str) and said.isdecimal() else None,
    )


def _name(node: Live, tried: _Try | None) -> str:
    """As the pipeline calls it; Argo's own name counts attempts and trials in brackets."""
    given = at(node, "inputs", "parameters")
    told = {text(one, "name"): text(one, "value") for one in given} if isinstance(given, list) else {}
    name = told.get("step") or text(node, "displayName") or text(node, "templateName")
    trial = f", trial {told['trial']}" if told.get("trial") else ""
    return name + trial + (f", attempt {tried.number}" if tried and tried.number > 1 else "")


def _pod(workflow: Live, key: str, node: Live) -> str:
    """The name of its pod, which Argo makes of the run's, the template's, and the number at the end of the node's."""
    run = text(workflow, "metadata", "name")
    if at(workflow, "metadata", "annotations", POD_NAMES) == "v1" or key == run:
        return key
    template = text(node, "templateRef", "template") or text(node, "templateName")
    head = "-".join(word for word in (run, template) if word)
    return f"{head[:LONGEST_NAME]}-{key.rpartition('-')[2]}"
