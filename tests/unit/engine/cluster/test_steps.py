"""The steps of a run, as Argo Workflows 4.1.2 writes them into a Workflow."""

import base64
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.cluster.test_health import JSON
from windlass.engine.cluster.steps import Steps, lines, steps

RUN = "vision-digits-1f2e3d4c5b"


def node(number, step, phase="Succeeded", **more):
    """A node of a pod, with what our templates hand to each."""
    given = [{"name": "step", "value": step}, *more.pop("given", ())]
    whole = {"type": "Pod", "displayName": step, "templateName": "step-cpu", "phase": phase, "inputs": {}}
    whole["inputs"] = {"parameters": given}
    return {f"{RUN}-{number}": {"id": f"{RUN}-{number}", **whole, **more}}


def run(*nodes, **status):
    found = {key: one for several in nodes for key, one in several.items()}
    return {"metadata": {"name": RUN, "annotations": {}}, "status": {"phase": "Failed", "nodes": found, **status}}


FAILED = node(
    22,
    "train",
    "Failed",
    message="main: Error (exit code 1)",
    outputs={"exitCode": "1"},
    startedAt="2026-11-21T10:00:02Z",
    finishedAt="2026-11-21T10:00:09Z",
)
PREPARED = node(11, "prepare", startedAt="2026-11-21T10:00:01Z", finishedAt="2026-11-21T10:00:02Z")


def test_a_step_that_failed_is_told_with_its_pod_and_exit_code():
    found = steps(run(FAILED, PREPARED))
    assert [one.name for one in found.every] == ["prepare", "train"], "as they began"
    (failed,) = found.failed
    assert (failed.name, failed.pod, failed.exit, failed.words) == (
        "train",
        f"{RUN}-step-cpu-22",
        1,
        "Error (exit code 1)",
    )
    assert found.unread == ""


def test_pods_are_named_as_the_controller_names_them():
    """By `GeneratePodName` of Argo Workflows 4.1.2."""
    whole = run(FAILED)
    whole["metadata"]["annotations"]["workflows.argoproj.io/pod-name-format"] = "v1"
    assert steps(whole).every[0].pod == f"{RUN}-22"
    elsewhere = {**FAILED[f"{RUN}-22"], "templateRef": {"name": "shared", "template": "theirs"}}
    assert steps(run({f"{RUN}-22": elsewhere})).every[0].pod == f"{RUN}-theirs-22"
    alone = {RUN: {"type": "Pod", "name": RUN, "templateName": "one", "phase": "Failed"}}
    assert steps(run(alone)).every[0].pod == RUN
    long = {**FAILED[f"{RUN}-22"], "templateName": "x" * 300}
    name = steps(run({f"{RUN}-22": long})).every[0].pod
    assert (len(name), name[-5:]) == (245, "xx-22")


def retried(phase, *children):
    return {f"{RUN}-1": {"type": "Retry", "displayName": "train", "phase": phase, "children": list(children)}}


def test_an_attempt_that_a_later_one_made_good_did_not_fail_the_run():
    first = node(2, "train", "Error", displayName="train(0)", startedAt="1")
    second = node(3, "train", "Succeeded", displayName="train(1)", startedAt="2")
    found = steps(run(retried("Succeeded", f"{RUN}-2", f"{RUN}-3"), first, second))
    assert [one.name for one in found.every] == ["train", "train, attempt 2"]
    assert found.failed == ()


def test_of_several_attempts_the_last_one_tells():
    first = node(2, "train", "Error", displayName="train(0)", message="pod deleted")
    second = node(3, "train", "Failed", displayName="train(1)", message="OOMKilled (exit code 137)")
    found = steps(run(retried("Failed", f"{RUN}-2", f"{RUN}-3"), first, second))
    assert [(one.name, one.message) for one in found.failed] == [("train, attempt 2", "OOMKilled (exit code 137)")]
    goes = steps(run(retried("Running", f"{RUN}-2"), first))
    assert goes.failed == (), "it is tried again"


def test_trials_are_told_by_their_number():
    trial = node(4, "tune", "Failed", displayName="tune(6:7)", given=[{"name": "trial", "value": "7"}])
    assert steps(run(trial)).failed[0].name == "tune, trial 7"


def test_what_has_no_parameter_goes_by_the_name_that_argo_shows():
    end = {f"{RUN}-5": {"type": "Pod", "displayName": f"{RUN}.onExit", "templateName": "finish", "phase": "Error"}}
    (failed,) = steps(run(end)).failed
    assert (failed.name, failed.words) == (f"{RUN}.onExit", "Error")


def test_nodes_that_were_packed_are_unpacked():
    packed = base64.b64encode(gzip.compress(json.dumps(FAILED).encode())).decode()
    whole = {**run(), "status": {"phase": "Failed", "compressedNodes": packed}}
    assert steps(whole) == steps(run(FAILED))


@pytest.mark.parametrize("packed", ["?", "KLUv/QQAAQAAe30=", base64.b64encode(gzip.compress(b"[", mtime=0)).decode()])
def test_nodes_that_cannot_be_unpacked_are_said(packed):
    """The second is zstd, which Argo 4 can be told to use."""
    found = steps({**run(), "status": {"compressedNodes": packed}})
    assert (found.every, "packed" in found.unread) == ((), True)


def test_nodes_that_are_kept_elsewhere_are_said():
    found = steps({**run(), "status": {"offloadNodeStatusVersion": "fnv:1"}})
    assert "Argo's database" in found.unread


def test_a_run_that_its_controller_refused_has_none():
    assert steps({**run(), "status": {"phase": "Error", "message": "invalid spec"}}) == Steps()


def test_the_lines_of_a_step_are_its_own_and_can_be_shown():
    log = 'Traceback\n\x1b[31mValueError\x1b[0m: no\x07\n  indented\ntime="x" level=info msg="sub-process" argo=true\n'
    assert lines(log) == ("Traceback", "ValueError: no", "  indented")


@given(JSON, JSON)
def test_no_object_is_too_strange(status, meta):
    assert isinstance(steps({"metadata": meta, "status": status}), Steps)


@given(st.dictionaries(st.text(), JSON))
def test_no_node_is_too_strange(nodes):
    told = {key: {"type": "Pod", **one} if isinstance(one, dict) else one for key, one in nodes.items()}
    assert isinstance(steps({"status": {"nodes": told}}), Steps)
