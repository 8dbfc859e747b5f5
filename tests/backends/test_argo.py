"""What the argo backend renders holds together: names that are used exist, texts arrive as they were, and Argo's limits are kept.

The official schema says nothing of these, and Argo finds them when a run starts.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.backends.test_backends import CASES, ROOT, example, files, named
from tests.backends.test_kubernetes import read
from windlass.engine import render
from windlass.model.workload import Pipeline

FOLDER = ROOT / "pipelines" / "argo"
MINE = [case for case in CASES if case.is_relative_to(FOLDER)]
HOLE = re.compile(r"\{\{(.+?)\}\}")
BUILT_IN = {"workflow.name", "workflow.status"}
LIMITS = {"Workflow": 59, "CronWorkflow": 52}
"""A second attempt adds four characters, a clock eleven; every other name may have 63."""


def objects(case: Path) -> dict[str, dict[str, Any]]:
    """The objects of an example by their kind; the account of the run comes before the executor's."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((case / "expected").rglob("*.yaml"), reverse=True):
        found.setdefault(read(path)["kind"], read(path))
    return found


def template(case: Path) -> dict[str, Any]:
    return objects(case)["WorkflowTemplate"]["spec"]


def parts(spec: dict[str, Any]) -> dict[str, dict[str, Any]]:
    names = [part["name"] for part in spec["templates"]]
    assert len(names) == len(set(names)), "a template's name is its own"
    return {part["name"]: part for part in spec["templates"]}


def inside(part: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks of a template, if it has any."""
    return part.get("dag", {}).get("tasks", [])


def holes(value: Any) -> set[str]:
    return set(HOLE.findall(yaml.safe_dump(value, width=10_000)))


@pytest.mark.parametrize("case", named(MINE))
def test_every_name_that_is_used_exists(case):
    spec = template(case)
    known = parts(spec)
    assert {spec["entrypoint"], spec["onExit"]} <= known.keys()
    tasks = known[spec["entrypoint"]]["dag"]["tasks"]
    seen: set[str] = set()
    for task in tasks:
        assert set(task.get("depends", "").split(" && ")) - {""} <= seen, "only on tasks that stand before it"
        wanted = {one["name"] for one in known[task["template"]]["inputs"]["parameters"]}
        assert wanted == {one["name"] for one in task["arguments"]["parameters"]}
        seen.add(task["name"])
    inner = [task for name, part in known.items() if name != spec["entrypoint"] for task in inside(part)]
    for task in inner:
        wanted = {one["name"] for one in known[task["template"]]["inputs"]["parameters"]}
        assert wanted == {one["name"] for one in task["arguments"]["parameters"]}
    used = {task["template"] for task in (*tasks, *inner)}
    assert used | {spec["entrypoint"], spec["onExit"]} == known.keys(), "no idle one"


@pytest.mark.parametrize("case", named(MINE))
def test_the_dag_is_the_pipeline(case):
    spec, pipeline = template(case), example(case)
    tasks = parts(spec)["pipeline"]["dag"]["tasks"]
    depends = {task["name"]: tuple(filter(None, task.get("depends", "").split(" && "))) for task in tasks}
    assert depends == {step.name: step.depends_on for step in pipeline.steps}
    first, last = tasks[0], tasks[-1]
    assert first["name"] == "refresh"
    assert [task["name"] for task in tasks if "when" not in task] == [first["name"], last["name"]]
    assert not any(task.get("depends") is None for task in tasks[1:]), "all wait for the one that asks the store"


@pytest.mark.parametrize("case", named(MINE))
def test_every_hole_can_be_filled(case):
    spec = template(case)
    given = {f"workflow.parameters.{one['name']}" for one in spec["arguments"]["parameters"]}
    left = {
        f"tasks.{task['name']}.outputs.parameters.{one['name']}"
        for task in parts(spec)["pipeline"]["dag"]["tasks"]
        for one in parts(spec)[task["template"]].get("outputs", {}).get("parameters", ())
    }
    for name, part in parts(spec).items():
        own = {f"inputs.parameters.{one['name']}" for one in part.get("inputs", {}).get("parameters", ())}
        counted = {"item"} if any("withSequence" in task for task in inside(part)) else set()
        known = given | own | counted | (left if "dag" in part else BUILT_IN)
        assert holes(part) <= known, name
    assert "workflow.status" in holes(parts(spec)[spec["onExit"]]), "the report says how it ended"
    assert holes(objects(case).get("Workflow", {})) == set()


@pytest.mark.parametrize("case", named(MINE))
def test_runs_carry_arguments_only_and_every_one_is_known(case):
    found, spec = objects(case), template(case)
    given = {one["name"] for one in spec["arguments"]["parameters"]}
    for kind, path in (("Workflow", ["spec"]), ("CronWorkflow", ["spec", "workflowSpec"])):
        if kind in found:
            run = found[kind]
            for key in path:
                run = run[key]
            assert run.keys() == {"workflowTemplateRef", "arguments"}
            assert run["workflowTemplateRef"]["name"] == found["WorkflowTemplate"]["metadata"]["name"]
            assert {one["name"] for one in run["arguments"]["parameters"]} <= given
    texts = [one["value"] for one in spec["arguments"]["parameters"]]
    assert all(isinstance(text, str) for text in texts), "Argo knows only text"


@pytest.mark.parametrize("case", named(MINE))
def test_the_candidate_is_what_the_workflow_leaves(case):
    spec = template(case)
    shown = {
        part["name"]: [one["globalName"] for one in part["outputs"]["parameters"] if "globalName" in one]
        for part in spec["templates"]
        if "outputs" in part
    }
    last = parts(spec)["pipeline"]["dag"]["tasks"][-1]
    assert {name: names for name, names in shown.items() if names} == {last["template"]: ["candidate"]}


@pytest.mark.parametrize("case", named(MINE))
def test_only_the_executor_may_do_anything(case):
    found, spec = objects(case), template(case)
    binding, role = found["RoleBinding"], found["Role"]
    executor = spec["executor"]["serviceAccountName"]
    assert [subject["name"] for subject in binding["subjects"]] == [executor] != [spec["serviceAccountName"]]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    assert role["rules"] == [
        {"apiGroups": ["argoproj.io"], "resources": ["workflowtaskresults"], "verbs": ["create", "patch"]}
    ]
    secret = found["Secret"]
    assert secret.keys() & {"data", "stringData"} == set(), "no secret is ever written, the cluster fills it"
    assert secret["metadata"]["annotations"]["kubernetes.io/service-account.name"] == executor
    accounts = [read(path) for path in (case / "expected").rglob("serviceaccount-*.yaml")]
    tokens = {
        one["metadata"]["name"]: one["metadata"]["annotations"].get("workflows.argoproj.io/service-account-token.name")
        for one in accounts
    }
    assert tokens == {executor: secret["metadata"]["name"], spec["serviceAccountName"]: None}


@pytest.mark.parametrize("case", named(MINE))
def test_pods_are_the_ones_that_the_network_policy_is_about(case):
    found, labels = objects(case), template(case)["podMetadata"]["labels"]
    policy = found["NetworkPolicy"]["spec"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    assert set(policy["policyTypes"]) == {"Egress", "Ingress"}
    assert (
        "ingress" not in policy
    )  # a type without a rule: nobody may. An empty list says so too, and is a new version each time
    assert {port["port"] for rule in policy["egress"] for port in rule["ports"]} == {53, 443, 6443}


@pytest.mark.parametrize("case", named(MINE))
def test_names_leave_room_for_what_argo_adds(case):
    for path in (case / "expected").rglob("*.yaml"):
        document = read(path)
        assert len(document["metadata"]["name"]) <= LIMITS.get(document["kind"], 63)


def spelled(**update: Any) -> dict[str, dict[str, Any]]:
    """An example with other values, rendered: objects by kind."""
    pipeline = example(FOLDER / "examples" / "full")
    made = render.render(files(FOLDER), pipeline.model_copy(update=update)).values()
    return {document["kind"]: document for document in map(yaml.safe_load, made)}


def test_each_trial_is_a_pod_and_the_one_that_chooses_waits_for_all():
    case = FOLDER / "examples" / "tuned"
    search, known = example(case).search, parts(template(case))
    tasks = {task["name"]: task for task in inside(known["pipeline"])}
    assert tasks["trial"]["template"] == "trials"
    assert "trial" in tasks["reduce"]["depends"].split(" && ")
    assert "reduce" in tasks["train"]["depends"].split(" && "), (
        "the stage that uses the parameters waits for the choice"
    )
    (one,) = inside(known["trials"])
    assert one["withSequence"] == {"start": "1", "end": str(len(search.trials))}
    assert known["trials"]["parallelism"] == search.parallel_trials
    words = known[one["template"]]["container"]["args"]
    assert words[words.index("--trial") + 1] == "{{inputs.parameters.trial}}"
    assert [entry["name"] for entry in inside(known["pipeline"])].count("tune") == 0


def test_texts_arrive_as_they_were():
    pipeline = example(FOLDER / "examples" / "full")
    hard = ["1e3", "y", "0o17", "12:30:00", "1234567", "~", "${HOME}", "[= x =]", "a: b # c", "- d", "'", '"', "\t"]
    entries = [{"name": f"HARD_{index}", "value": text} for index, text in enumerate(hard)]
    plain = pipeline.plain()
    plain["profiles"] = [one | {"env": entries} for one in plain["profiles"]]
    found = spelled(profiles=Pipeline.model_validate(plain).profiles)
    containers = [part["container"] for part in found["WorkflowTemplate"]["spec"]["templates"] if "container" in part]
    assert containers
    for container in containers:
        assert [entry["value"] for entry in container["env"]] == hard


def test_other_digests_of_the_inputs_are_another_run_of_the_same_template():
    pipeline = example(FOLDER / "examples" / "plain")
    other = pipeline.run.model_copy(update={"name": "vision-digits-0000000000", "inputs": "sha256:" + "0" * 64})
    again = pipeline.model_copy(update={"run": other})
    before, after = (render.render(files(FOLDER), one) for one in (pipeline, again))
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert {Path(path).name.partition("-")[0] for path in changed} == {"workflow"}
