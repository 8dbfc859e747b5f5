"""The logs of a model in a cluster: of the pods that serve it, and of those of its newest training run."""

from collections.abc import Iterator

from windlass.engine.cluster import stamp
from windlass.engine.lower.cluster import namespace
from windlass.engine.lower.names import name as dns_label
from windlass.flows.cluster import runs
from windlass.flows.cluster.reach import Reach
from windlass.model.specs.environment import Environment
from windlass.ports.cluster import Live

EXECUTOR = " argo=true"
"""How lines end that Argo's executor mixes into the log of a container."""


def tail(reach: Reach, environment: Environment, slug: str, lines: int) -> str:
    """The last lines of each container, under its name; what failed comes last, where one looks first."""
    team, _, model = slug.partition("/")
    space = namespace(environment, team)
    serving = {"app.kubernetes.io/instance": dns_label(team, model), "app.kubernetes.io/component": "serving"}
    pods = reach.cluster.pods(space, serving)
    mine = [one for one in runs.workflows(reach, environment, {space}) if stamp.identity(one).owner == slug]
    if mine:
        newest = max(mine, key=lambda one: str(one["metadata"]["creationTimestamp"]))
        pods = [*reach.cluster.pods(space, {"workflows.argoproj.io/workflow": newest["metadata"]["name"]}), *pods]
    found = [text for pod in sorted(pods, key=_failed) for text in _of(reach, space, pod, lines)]
    return "\n".join(found) or f"{slug} has no pods in {space}"


def _of(reach: Reach, space: str, pod: Live, lines: int) -> Iterator[str]:
    name = pod["metadata"]["name"]
    for container in pod["spec"].get("containers") or ():
        if container["name"] == "wait":
            continue
        text = reach.cluster.log(space, name, container["name"], lines)
        kept = "\n".join(line for line in text.splitlines() if not line.endswith(EXECUTOR))
        yield f"== {name} {container['name']}\n{kept or '(nothing yet)'}"


def _failed(pod: Live) -> tuple[bool, str]:
    return (pod.get("status") or {}).get("phase") == "Failed", str(pod["metadata"]["creationTimestamp"])
