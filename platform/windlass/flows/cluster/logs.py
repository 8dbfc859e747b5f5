"""The logs of a model in a cluster: of the steps of its newest training run, and of the pods that serve it."""

from collections.abc import Iterator
from dataclasses import dataclass

from windlass.engine.cluster.steps import lines as readable
from windlass.engine.cluster.steps import steps
from windlass.engine.lower.cluster import namespace
from windlass.engine.lower.names import name as dns_label
from windlass.flows.cluster import newest
from windlass.flows.cluster.reach import Reach
from windlass.model.specs.environment import Environment
from windlass.ports.cluster import Live

GOING = ("Pending", "Running")
NOTHING, GONE = "(nothing yet)", "(no log: its pod is gone, wrote nothing, or may not be read)"


@dataclass(frozen=True, slots=True)
class Log:
    """The end of one log, under its name."""

    name: str
    text: str
    failed: bool


def tail(reach: Reach, environment: Environment, slug: str, lines: int) -> str:
    """The last lines of each step as they began, and of each container that serves; what failed comes last, where one looks
    first."""
    team, _, model = slug.partition("/")
    space = namespace(environment, team)
    run = newest.newest(reach, environment, {space}).get(slug)
    serving = {"app.kubernetes.io/instance": dns_label(team, model), "app.kubernetes.io/component": "serving"}
    pods = sorted(reach.cluster.pods(space, serving), key=lambda one: str(one["metadata"]["creationTimestamp"]))
    found = [*(_steps(reach, run, lines) if run else ()), *(log for pod in pods for log in _serving(reach, pod, lines))]
    told = [f"== {one.name}\n{one.text}" for one in sorted(found, key=lambda one: one.failed)]
    return "\n".join(told) or f"{slug} has no pods in {space}"


def _steps(reach: Reach, run: Live, lines: int) -> Iterator[Log]:
    """Of all steps that wrote something, are at it or failed; of pods that no step is known of, too."""
    meta = run["metadata"]
    output = dict(reach.workflows.output(meta["namespace"], meta["name"], lines))
    for step in steps(run).every:
        written = output.pop(step.pod, "")
        if written or step.broken or step.phase in GOING:
            words = f"step {step.name}  {step.pod}  {step.phase}" + (f": {step.words}" if step.broken else "")
            text = "\n".join(readable(written)) or (GONE if step.broken else NOTHING)
            yield Log(words, text, step.broken)
    for pod, written in sorted(output.items()):
        yield Log(pod, "\n".join(readable(written)), False)


def _serving(reach: Reach, pod: Live, lines: int) -> Iterator[Log]:
    name, failed = pod["metadata"]["name"], (pod.get("status") or {}).get("phase") == "Failed"
    for container in pod["spec"].get("containers") or ():
        text = reach.cluster.log(pod["metadata"]["namespace"], name, container["name"], lines)
        yield Log(f"{name} {container['name']}", text.rstrip("\n") or NOTHING, failed)
