"""Plays what `pipelines/argo` rendered, as the controller of Argo would: it walks the DAG, fills in parameters, and starts each
container's command as a process in a fresh folder that holds nothing, with the container's variables and no others of ours.

It reads objects alone and knows nothing of Windlass. What a node gives a container besides (a Python, a cache of packages) is
handed in.
"""

import itertools
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HOLE = re.compile(r"\{\{([^}]*)\}\}")
SUCCEEDED, SKIPPED, FAILED, OMITTED = "Succeeded", "Skipped", "Failed", "Omitted"


@dataclass
class Node:
    """How one task ended, and what its log holds."""

    phase: str
    exit: int | None = None
    log: str = ""
    attempts: int = 0


@dataclass
class Run:
    """How one Workflow ended: each task, the output parameters of the whole, and the folders of its pods."""

    nodes: dict[str, Node] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    status: str = SUCCEEDED

    @property
    def told(self) -> str:
        return "".join(f"== {name} {node.phase} {node.exit}\n{node.log}" for name, node in self.nodes.items())


class Cluster:
    """A namespace with the objects of one model's training. ``environment`` is what an image and a node bring."""

    def __init__(self, rendered: Path, scratch: Path, environment: Mapping[str, str]) -> None:
        objects = [yaml.safe_load(path.read_text()) for path in sorted(rendered.rglob("*.yaml"))]
        self.kinds = {one["kind"]: one for one in objects}
        self.scratch = scratch
        self.environment = environment
        self.pods = itertools.count(1)

    def play(self, kind: str = "Workflow", kill: Mapping[str, str] = {}) -> Run:
        """Play the Workflow, or what the CronWorkflow would start. ``kill`` maps a step to a point at which it gets SIGKILL."""
        spec = self.kinds["WorkflowTemplate"]["spec"]
        started = self.kinds[kind]["spec"]
        started = started.get("workflowSpec", started)
        assert started["workflowTemplateRef"]["name"] == self.kinds["WorkflowTemplate"]["metadata"]["name"]
        given = {one["name"]: one["value"] for one in spec["arguments"]["parameters"]}
        given |= {one["name"]: one["value"] for one in started["arguments"]["parameters"]}
        values = {f"workflow.parameters.{name}": value for name, value in given.items()}
        values["workflow.name"] = self.kinds[kind]["metadata"]["name"]
        templates = {one["name"]: one for one in spec["templates"]}
        run = Run()
        for task in _ordered(templates[spec["entrypoint"]]["dag"]["tasks"]):
            run.nodes[task["name"]] = self._task(task, templates, spec, values, run, kill)
        values["workflow.status"] = run.status
        if "onExit" in spec:
            run.nodes["onExit"] = self._container(templates[spec["onExit"]], spec, values, {}, run, "")
        return run

    def start_init(self, kind: str) -> Node:
        """The init container of what serves, once."""
        spec = self.kinds[kind]["spec"]["template"]["spec"]
        (container,) = spec["initContainers"]
        mounts = self._mounts(container, spec)
        done = self._process({"env": [], "workingDir": "/tmp", **container}, {}, mounts, "")
        return Node(SUCCEEDED if done.returncode == 0 else FAILED, done.returncode, done.stdout, 1)

    def _task(
        self,
        task: dict[str, Any],
        templates: Mapping[str, dict[str, Any]],
        spec: dict[str, Any],
        values: dict[str, str],
        run: Run,
        kill: Mapping[str, str],
    ) -> Node:
        before = [run.nodes[name] for name in _depends(task)]
        if any(node.phase not in (SUCCEEDED, SKIPPED) for node in before):
            return Node(OMITTED)
        if "when" in task and not _true(_filled(task["when"], values)):
            return Node(SKIPPED)
        template = templates[task["template"]]
        if "dag" in template:
            return self._fan(task, template, templates, spec, values, run, kill)
        outputs: dict[str, str] = {}
        own = {**values, **_handed(task, template, values)}
        node = self._container(template, spec, own, outputs, run, kill.get(task["name"], ""))
        values |= {f"tasks.{task['name']}.outputs.parameters.{name}": value for name, value in outputs.items()}
        return node

    def _fan(
        self,
        task: dict[str, Any],
        template: dict[str, Any],
        templates: Mapping[str, dict[str, Any]],
        spec: dict[str, Any],
        values: Mapping[str, str],
        run: Run,
        kill: Mapping[str, str],
    ) -> Node:
        """A template with one task that is taken once for each number of its sequence, as many at once as it says. Each is a node
        of the run, named as Argo names them."""
        (inner,) = template["dag"]["tasks"]
        within, called = {**values, **_handed(task, template, values)}, templates[inner["template"]]
        sequence = inner["withSequence"]
        numbers = range(int(sequence["start"]), int(sequence["end"]) + 1)

        def one(number: int) -> Node:
            name = f"{task['name']}({number - numbers[0]}:{number})"
            own = {**within, **_handed(inner, called, {**within, "item": str(number)})}
            run.nodes[name] = self._container(called, spec, own, {}, run, kill.get(name, ""))
            return run.nodes[name]

        with ThreadPoolExecutor(template["parallelism"]) as pool:
            ended = list(pool.map(one, numbers))
        return Node(FAILED if any(node.phase == FAILED for node in ended) else SUCCEEDED)

    def _container(
        self,
        template: dict[str, Any],
        spec: dict[str, Any],
        values: Mapping[str, str],
        outputs: dict[str, str],
        run: Run,
        point: str,
    ) -> Node:
        retry = template["retryStrategy"]
        codes = {int(code) for code in re.search(r"in \[(.*?)\]", retry["expression"]).group(1).split(",")}
        node = Node(FAILED)
        while node.attempts == 0 or (node.exit in codes and node.attempts <= retry["limit"]):
            mounts = self._mounts(template["container"], spec)
            node.attempts += 1
            done = self._process(template["container"], values, mounts, point)
            node.exit, node.log = done.returncode, node.log + done.stdout
            if done.returncode == 0:
                node.phase = SUCCEEDED
                for one in template.get("outputs", {}).get("parameters", []):
                    outputs[one["name"]] = Path(_mapped(one["valueFrom"]["path"], mounts)).read_text()
                    if "globalName" in one:
                        run.outputs[one["globalName"]] = outputs[one["name"]]
                break
        if node.phase == FAILED:
            run.status = FAILED
        return node

    def _mounts(self, container: dict[str, Any], spec: dict[str, Any]) -> dict[str, Path]:
        """A fresh empty folder for each mount of a pod."""
        number = next(self.pods)
        empty = {one["name"] for one in spec["volumes"] if one.get("emptyDir") == {}}
        made = {}
        for mount in container["volumeMounts"]:
            assert mount["name"] in empty
            made[mount["mountPath"]] = self.scratch / f"pod-{number}" / mount["name"]
            made[mount["mountPath"]].mkdir(parents=True)
        return made

    def _process(
        self, container: dict[str, Any], values: Mapping[str, str], mounts: Mapping[str, Path], point: str
    ) -> "subprocess.CompletedProcess[str]":
        words = [_mapped(_filled(word, values), mounts) for word in (*container["command"], *container["args"])]
        assert words[0] == "windlass"
        assert not HOLE.search(" ".join(words)), words
        start = ["-m", "windlass"] if not point else [str(Path(__file__).with_name("killed.py")), "SIGKILL", point]
        own = {one["name"]: _mapped(one["value"], mounts) for one in container["env"]}
        temporary = {"TMPDIR": str(mounts["/tmp"])}
        return subprocess.run(
            [sys.executable, *start, *words[1:]],
            cwd=_mapped(container["workingDir"], mounts),
            env={**self.environment, **temporary, **own},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )


def _handed(task: dict[str, Any], template: dict[str, Any], values: Mapping[str, str]) -> dict[str, str]:
    """The inputs of a template, as a task fills them."""
    handed = {one["name"]: _filled(one["value"], values) for one in task["arguments"]["parameters"]}
    assert handed.keys() == {one["name"] for one in template["inputs"]["parameters"]}
    return {f"inputs.parameters.{name}": value for name, value in handed.items()}


def _filled(text: str, values: Mapping[str, str]) -> str:
    """Parameters filled in; what nobody has is an error of Argo, too."""
    return HOLE.sub(lambda hole: values[hole.group(1)], text)


def _mapped(text: str, mounts: Mapping[str, Path]) -> str:
    """A path below a mount as it is on this machine."""
    for path, folder in mounts.items():
        if text == path or text.startswith(path + "/"):
            return str(folder) + text.removeprefix(path)
    return text


def _true(condition: str) -> bool:
    left, right = condition.split(" == ")
    return left == right


def _depends(task: Mapping[str, Any]) -> Sequence[str]:
    return task["depends"].split(" && ") if "depends" in task else []


def _ordered(tasks: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    waiting, done = list(tasks), []
    while waiting:
        ready = next(one for one in waiting if set(_depends(one)) <= {other["name"] for other in done})
        waiting.remove(ready)
        done.append(ready)
    return done
