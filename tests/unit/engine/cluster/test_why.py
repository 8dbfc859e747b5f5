"""Why something is not well: the line that helps most comes first, and what is over is not told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.engine.cluster.test_health import JSON, REFUSED, deployment, live, said
from windlass.engine.cluster.why import why

QUOTA = "exceeded quota: small, requested: limits.memory=1Gi, used: limits.memory=2Gi, limited: limits.memory=2Gi"
NOWHERE = "0/1 nodes are available: 1 Insufficient memory."


def pod(name="digits-7d9f-a", status=None, conditions=None, **meta):
    spec = {"containers": [{"name": "server", "image": "local/a:1", "resources": {"limits": {"memory": "512Mi"}}}]}
    held = {"phase": "Running", **(status or {}), **(conditions or said(Ready="False"))}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, **meta}, "spec": spec, "status": held}


def server(now=None, before=None, restarts=0, **more):
    state = {
        "name": "server",
        "image": "local/a:1",
        "state": now or {},
        "lastState": before or {},
        "restartCount": restarts,
    }
    return {"containerStatuses": [{**state, **more}]}


def waits(reason, message=""):
    return {"waiting": {"reason": reason, "message": message}}


def ended(code, reason="Error", message=""):
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


def event(reason, message, kind="Pod", name="digits-7d9f-a"):
    about = {"kind": kind, "name": name}
    return {"kind": "Event", "type": "Warning", "reason": reason, "message": message, "involvedObject": about}


BACK_OFF = waits("CrashLoopBackOff", "back-off 5m0s restarting failed container=server")


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (
            server(BACK_OFF, ended(137, "OOMKilled"), restarts=4),
            "container server needs more memory than its limit of 512Mi (OOMKilled, exit code 137, 4 restarts)",
        ),
        (
            server(BACK_OFF, ended(1, "Error", "no model at /model\n"), restarts=7),
            "container server ends with exit code 1 (Error, 7 restarts): no model at /model",
        ),
        (
            server({"running": {}}, ended(2), restarts=1),
            "container server ends with exit code 2 (Error, 1 restarts)",
        ),
        (server(ended(3)), "container server ends with exit code 3 (Error)"),
        (
            server(waits("ImagePullBackOff", 'Back-off pulling image "local/a:1": not found')),
            'container server has no image local/a:1 (ImagePullBackOff): Back-off pulling image "local/a:1": not found',
        ),
        (
            server(waits("InvalidImageName", 'couldn\'t parse image name "A"'), image=""),
            'container server has no image local/a:1 (InvalidImageName): couldn\'t parse image name "A"',
        ),
        (
            server(waits("CreateContainerConfigError", 'secret "store" not found')),
            'container server cannot be started (CreateContainerConfigError): secret "store" not found',
        ),
        ({"phase": "Failed", "reason": "Evicted", "message": "low on memory"}, "Evicted: low on memory"),
    ],
)
def test_a_container(status, line):
    said_of = f"pod digits-7d9f-a: {line}"
    assert why(deployment(), (), [pod(status=status)])[0] == said_of
    assert why(pod(status=status), (), ())[0] == said_of


def test_memory_without_a_limit():
    bare = pod(status=server(BACK_OFF, ended(137, "OOMKilled")))
    del bare["spec"]["containers"][0]["resources"]
    assert "needs more memory than it may use (OOMKilled" in why(deployment(), (), [bare])[0]


def test_what_has_nothing_to_say_makes_no_line():
    creating = pod(status=server(waits("ContainerCreating")))
    done = pod(status=server(ended(0, "Completed")))
    failed = pod(status={"phase": "Failed"})
    resting = pod(status={"reason": "NodeAffinity"})
    assert why(deployment(), (), [creating, done, failed, resting]) == ()


def test_no_node_takes_the_pod():
    placed = pod(status={"phase": "Pending"}, conditions=said(PodScheduled=("False", "Unschedulable", NOWHERE)))
    line = f"pod digits-7d9f-a: no node takes it: {NOWHERE}"
    assert why(deployment(), [event("FailedScheduling", NOWHERE)], [placed]) == (line,)


def test_pods_that_nobody_may_make():
    """A quota, told by the Deployment's condition or by the events of what makes the pods; the name changes with each try."""
    line = f"no pods are made: {QUOTA}"
    tries = [
        event(
            "FailedCreate",
            f'Error creating: pods "digits-7d9f-{end}" is forbidden: {QUOTA}',
            "ReplicaSet",
            "digits-7d9f",
        )
        for end in "ab"
    ]
    assert why(live("StatefulSet", "apps/v1", {}, {}), tries, ()) == (line,)
    refused = deployment(conditions=REFUSED)
    assert why(refused, (), ()) == ("no pods are made: exceeded quota: small",)


@pytest.mark.parametrize(
    ("reason", "message", "line"),
    [
        ("FailedMount", 'secret "store" not found', 'a volume cannot be mounted: secret "store" not found'),
        ("FailedAttachVolume", "it is attached elsewhere", "a volume cannot be mounted: it is attached elsewhere"),
        ("Unhealthy", "Readiness probe failed: statuscode: 503", "Readiness probe failed: statuscode: 503"),
    ],
)
def test_an_event(reason, message, line):
    told = event(reason, message)
    assert why(deployment(), [told], [pod()]) == (f"pod digits-7d9f-a: {line}",)
    newer = {**told, "regarding": told["involvedObject"], "involvedObject": None}
    assert why(deployment(), [newer], [pod()]) == (f"pod digits-7d9f-a: {line}",)
    assert why(deployment(), [told], [pod(conditions=said(Ready="True"))]) == ()


def test_events_of_daily_life_are_not_told():
    assert why(deployment(), [event("Pulled", "it is there"), event("Unhealthy", ""), {}], ()) == ()


def test_what_is_well_or_told_to_go_is_no_cause():
    crashed = server({"running": {}}, ended(1), restarts=3)
    well = pod("well", crashed, said(Ready="True"))
    going = pod("going", server(ended(143)), deletionTimestamp="2026-03-03T14:00:00Z")
    assert why(deployment(), [event("Unhealthy", "Readiness probe failed", name="going")], [well, going]) == ()


def test_the_nearest_cause_comes_first_and_each_once():
    memory, crash = server(BACK_OFF, ended(137, "OOMKilled")), server(BACK_OFF, ended(1))
    late = said(Progressing=("False", "ProgressDeadlineExceeded", "has timed out"), Available=("False", "", "too few"))
    events = [event("Unhealthy", "Startup probe failed", name="c"), event("FailedMount", "no volume", name="d")]
    pods = [pod("c", crash), pod("a", memory), pod("b", memory), pod("e", memory)]
    assert why(deployment(conditions=late), events, pods) == (
        "pod a and 2 more: container server needs more memory than its limit of 512Mi (OOMKilled, exit code 137)",
        "pod c: container server ends with exit code 1 (Error)",
        "pod d: a volume cannot be mounted: no volume",
        "pod c: Startup probe failed",
        "Progressing: has timed out",
        "Available: too few",
    )


def test_the_steps_of_a_workflow():
    nodes = {
        "digits-1": {"type": "DAG", "displayName": "digits", "phase": "Failed", "message": "child failed"},
        "digits-2": {"type": "Pod", "displayName": "train", "phase": "Failed", "message": "Error (exit code 1)"},
        "digits-3": {"type": "Pod", "templateName": "gates", "phase": "Error"},
        "digits-4": {"type": "Pod", "displayName": "prepare", "phase": "Succeeded"},
    }
    run = live("Workflow", "argoproj.io/v1alpha1", {}, {"phase": "Failed", "message": "child failed", "nodes": nodes})
    assert why(run, (), ()) == ("step train has failed: Error (exit code 1)", "step gates has failed: Error")


def test_what_the_object_says_itself():
    wrong = said(
        Ready=("False", "SecretSyncedError", "no such key"), Deleted=("False", "", "still here"), Stalled="True"
    )
    secret = live("ExternalSecret", "external-secrets.io/v1", {}, wrong)
    assert why(secret, (), ()) == ("Ready: no such key",)


def test_where_nobody_says_anything_its_health_does():
    assert why(deployment(updated=1), (), ()) == ("1 of 3 replicas are of the new version",)
    assert why(deployment(), (), ()) == ()


def test_long_words_are_cut_and_lines_are_one():
    (line,) = why(pod(status=server(ended(1, message="a\n b" * 1000))), (), ())
    assert "\n" not in line
    assert len(line) < 450
    assert line.endswith("...")


@given(JSON, st.lists(st.dictionaries(st.text(max_size=4), JSON), max_size=2), JSON, JSON)
def test_no_object_is_too_strange(status, events, message, statuses):
    strange = [{"reason": "Unhealthy", "message": message, "involvedObject": message}, *events]
    pods = [{"metadata": message, "spec": status, "status": {"containerStatuses": statuses}}, *events]
    for kind in ("Pod", "Workflow", "Deployment"):
        assert all(isinstance(line, str) for line in why({"kind": kind, "status": status}, strange, pods))
