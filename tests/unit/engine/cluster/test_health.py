"""How live objects do: each branch of each kind's rule, with objects as a cluster has them."""

from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from windlass.engine.cluster.health import RULES, health
from windlass.engine.cluster.live import group
from windlass.model.health import Health

TEMPLATES = Path(__file__).parents[4] / "templates"


def live(kind, api="v1", spec=None, status=None, **meta):
    value = {"apiVersion": api, "kind": kind, "metadata": {"name": "digits", "generation": 2, **meta}}
    return {
        **value,
        **({"spec": spec} if spec is not None else {}),
        **({"status": status} if status is not None else {}),
    }


def said(**conditions):
    """Conditions: ``Ready="True"``, or ``Ready=("False", reason, message)``."""
    found = []
    for name, value in conditions.items():
        status, reason, message = (value, "", "") if isinstance(value, str) else value
        found.append({"type": name, "status": status, "reason": reason, "message": message})
    return {"conditions": found}


ROLLED = said(Progressing=("True", "NewReplicaSetAvailable", "has successfully progressed"), Available="True")
ROLLING = said(Progressing=("True", "ReplicaSetUpdated", "is progressing"), Available="True")


def deployment(spec=None, conditions=ROLLED, seen=2, replicas=3, updated=3, available=3, ready=3):
    counts = {"replicas": replicas, "updatedReplicas": updated, "availableReplicas": available, "readyReplicas": ready}
    wanted = {"replicas": 3, "progressDeadlineSeconds": 600, **(spec or {})}
    return live("Deployment", "apps/v1", wanted, {"observedGeneration": seen, **counts, **conditions})


LATE = said(Progressing=("False", "ProgressDeadlineExceeded", "has timed out progressing"), Available="True")
BROKEN = said(Progressing=("False", "ReplicaSetCreateError", "it cannot be made"))
QUOTA = 'pods "digits-x" is forbidden: exceeded quota: small'
REFUSED = said(Progressing="True", ReplicaFailure=("True", "FailedCreate", QUOTA))


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        (deployment(), "current", ""),
        (deployment({"progressDeadlineSeconds": 2**31 - 1}, said(Available="True")), "current", ""),
        (deployment({"replicas": 0}, replicas=0, updated=0, available=0, ready=0), "current", ""),
        (deployment(seen=1), "progressing", "its controller has not seen this spec yet"),
        (live("Deployment", "apps/v1", {"replicas": 3}, {}), "progressing", "0 of 3 replicas exist"),
        (live("Deployment", "apps/v1", {}), "progressing", "0 of 1 replicas exist"),
        (deployment(conditions=LATE), "failed", "has timed out progressing"),
        (deployment({"paused": True}), "progressing", "it is paused"),
        (deployment(conditions=BROKEN, updated=2), "progressing", "2 of 3 replicas are of the new version"),
        (deployment(conditions=REFUSED, ready=2), "progressing", "2 of 3 replicas are ready"),
        (deployment(conditions=REFUSED, replicas=2), "progressing", QUOTA),
        (deployment(conditions=ROLLING, updated=1), "progressing", "1 of 3 replicas are of the new version"),
        (deployment(conditions=ROLLING, replicas=4), "progressing", "1 replicas too many are still there"),
        (deployment(conditions=ROLLING, available=2), "progressing", "2 of 3 replicas are available"),
        (deployment(conditions=ROLLING, ready=2), "progressing", "2 of 3 replicas are ready"),
        (deployment(conditions=ROLLING), "progressing", "the new version is not there yet"),
        (
            deployment(
                conditions=said(Progressing=("True", "NewReplicaSetAvailable", ""), Available=("False", "", "too few"))
            ),
            "progressing",
            "too few",
        ),
    ],
)
def test_a_deployment(value, state, reason):
    assert health(value) == Health(state, reason)


def replica_set(conditions=None, **status):
    counts = {"replicas": 2, "fullyLabeledReplicas": 2, "availableReplicas": 2, "readyReplicas": 2}
    return live(
        "ReplicaSet", "apps/v1", {"replicas": 2}, {"observedGeneration": 2, **counts, **status, **(conditions or {})}
    )


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        (replica_set(), "current", ""),
        (replica_set(said(ReplicaFailure=("True", "FailedCreate", QUOTA))), "progressing", QUOTA),
        (replica_set(fullyLabeledReplicas=1), "progressing", "1 of 2 are labelled"),
        (replica_set(availableReplicas=0), "progressing", "0 of 2 are available"),
        (replica_set(readyReplicas=1), "progressing", "1 of 2 are ready"),
        (replica_set(replicas=3), "progressing", "1 replicas too many are still there"),
    ],
)
def test_a_replica_set(value, state, reason):
    assert health(value) == Health(state, reason)


def stateful_set(strategy=None, **status):
    counts = {"replicas": 3, "readyReplicas": 3, "currentReplicas": 3, "updatedReplicas": 3}
    revisions = {"currentRevision": "a-1", "updateRevision": "a-1"}
    spec = {"replicas": 3, "updateStrategy": strategy or {"type": "RollingUpdate"}}
    return live("StatefulSet", "apps/v1", spec, {"observedGeneration": 2, **counts, **revisions, **status})


PARTED = {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        (stateful_set(), "current", ""),
        (stateful_set({"type": "OnDelete"}, readyReplicas=0), "current", ""),
        (stateful_set(replicas=1), "progressing", "1 of 3 are there"),
        (stateful_set(readyReplicas=2), "progressing", "2 of 3 are ready"),
        (stateful_set(replicas=4), "progressing", "1 replicas too many are still there"),
        (stateful_set(currentReplicas=1), "progressing", "1 of 3 replicas are of the current version"),
        (stateful_set(updateRevision="a-2"), "progressing", "the new version is not everywhere yet"),
        (
            stateful_set(PARTED, updatedReplicas=0, updateRevision="a-2"),
            "progressing",
            "0 of 1 replicas are of the new version",
        ),
        (stateful_set(PARTED, updatedReplicas=1, currentReplicas=2, updateRevision="a-2"), "current", ""),
    ],
)
def test_a_stateful_set(value, state, reason):
    assert health(value) == Health(state, reason)


def daemon_set(**status):
    names = (
        "desiredNumberScheduled",
        "currentNumberScheduled",
        "updatedNumberScheduled",
        "numberAvailable",
        "numberReady",
    )
    return live("DaemonSet", "apps/v1", {}, {"observedGeneration": 2, **dict.fromkeys(names, 2), **status})


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        (daemon_set(), "current", ""),
        (
            live("DaemonSet", "apps/v1", {}, {"desiredNumberScheduled": 0}),
            "progressing",
            "nobody has counted its nodes yet",
        ),
        (
            live("DaemonSet", "apps/v1", {}, {"observedGeneration": 2}),
            "progressing",
            "nobody has counted its nodes yet",
        ),
        (daemon_set(currentNumberScheduled=1), "progressing", "1 of 2 are there"),
        (daemon_set(updatedNumberScheduled=1), "progressing", "1 of 2 are of the new version"),
        (daemon_set(numberAvailable=1), "progressing", "1 of 2 are available"),
        (daemon_set(numberReady=1), "progressing", "1 of 2 are ready"),
    ],
)
def test_a_daemon_set(value, state, reason):
    assert health(value) == Health(state, reason)


@pytest.mark.parametrize(
    ("spec", "status", "state", "reason"),
    [
        ({}, {"succeeded": 1, **said(SuccessCriteriaMet="True", Complete="True")}, "current", ""),
        ({}, said(Failed=("True", "BackoffLimitExceeded", "reached the limit")), "failed", "reached the limit"),
        ({}, said(Failed=("True", "DeadlineExceeded", "")), "failed", "DeadlineExceeded"),
        ({}, {"active": 1, "ready": 1}, "progressing", "0 of 1 pods have succeeded, 1 run"),
        ({"completions": 4}, {"active": 2, "succeeded": 1}, "progressing", "1 of 4 pods have succeeded, 2 run"),
        ({"suspend": True}, said(Suspended="True"), "progressing", "it is suspended"),
        ({"suspend": True}, said(Complete="True"), "current", ""),
        ({}, None, "progressing", "0 of 1 pods have succeeded, 0 run"),
    ],
)
def test_a_job_is_well_when_it_is_done(spec, status, state, reason):
    assert health(live("Job", "batch/v1", spec, status)) == Health(state, reason)


def waiting(reason, name="server"):
    return {"containerStatuses": [{"name": name, "ready": False, "state": {"waiting": {"reason": reason}}}]}


ENDED = {"containerStatuses": [{"name": "main", "state": {"terminated": {"exitCode": 3, "reason": "Error"}}}]}
NOWHERE = "0/1 nodes are available: 1 Insufficient memory."


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        ({"phase": "Succeeded"}, "current", ""),
        ({"phase": "Running", **said(Ready="True")}, "current", ""),
        ({"phase": "Failed", **ENDED}, "failed", "main: Error, exit code 3"),
        ({"phase": "Failed", "reason": "Evicted", "message": "low on memory"}, "failed", "low on memory"),
        ({"phase": "Failed"}, "failed", "it failed"),
        (
            {"phase": "Running", **said(Ready="False"), **waiting("CrashLoopBackOff")},
            "failed",
            "server: CrashLoopBackOff",
        ),
        ({"phase": "Pending", **waiting("InvalidImageName")}, "failed", "server: InvalidImageName"),
        ({"phase": "Pending", **waiting("ImagePullBackOff")}, "progressing", "server: ImagePullBackOff"),
        ({"phase": "Pending", **said(PodScheduled=("False", "Unschedulable", NOWHERE))}, "progressing", NOWHERE),
        ({"phase": "Pending"}, "progressing", "it is pending"),
        (
            {"phase": "Running", **said(Ready=("False", "ContainersNotReady", "not ready: [a]"))},
            "progressing",
            "not ready: [a]",
        ),
        ({"phase": "Running"}, "progressing", "it is not ready"),
        (None, "progressing", "it is not looked at yet"),
    ],
)
def test_a_pod(status, state, reason):
    assert health(live("Pod", "v1", {}, status)) == Health(state, reason)


@pytest.mark.parametrize("name", ["initContainerStatuses", "containerStatuses"])
def test_a_pod_of_which_any_container_crashes(name):
    status = {"phase": "Pending", name: waiting("CrashLoopBackOff", "bring")["containerStatuses"]}
    assert health(live("Pod", "v1", {}, status)) == Health("failed", "bring: CrashLoopBackOff")


@pytest.mark.parametrize(
    ("value", "state", "reason"),
    [
        (live("PersistentVolumeClaim", "v1", {}, {"phase": "Bound"}), "current", ""),
        (live("PersistentVolumeClaim", "v1", {}, {"phase": "Pending"}), "progressing", "it is pending"),
        (live("Service", "v1", {"type": "ClusterIP"}, {"loadBalancer": {}}), "current", ""),
        (live("Service", "v1", {"type": "LoadBalancer", "clusterIP": "10.96.0.7"}), "current", ""),
        (live("Service", "v1", {"type": "LoadBalancer"}), "progressing", "it has no address in the cluster yet"),
        (live("Namespace", "v1", {}, {"phase": "Active"}), "current", ""),
        (live("Namespace", "v1", {}), "progressing", "it is not looked at yet"),
    ],
)
def test_what_others_wait_for(value, state, reason):
    assert health(value) == Health(state, reason)


@pytest.mark.parametrize(
    ("conditions", "state", "reason"),
    [
        (said(AbleToScale="True", ScalingActive="True"), "current", ""),
        (said(AbleToScale="True", ScalingActive=("False", "ScalingDisabled", "no replicas")), "current", ""),
        (
            said(AbleToScale="True", ScalingActive=("False", "FailedGetResourceMetric", "no metrics")),
            "unknown",
            "no metrics",
        ),
        (
            said(AbleToScale="True", ScalingActive=("False", "InvalidSelector", "no such pods")),
            "progressing",
            "no such pods",
        ),
        (said(AbleToScale=("False", "FailedGetScale", "no such Deployment")), "progressing", "no such Deployment"),
        ({}, "progressing", "nobody has looked at it yet"),
    ],
)
def test_an_autoscaler(conditions, state, reason):
    assert health(live("HorizontalPodAutoscaler", "autoscaling/v2", {}, conditions)) == Health(state, reason)


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (said(NamesAccepted="True", Established="True"), "current", ""),
        (said(NamesAccepted=("False", "KindConflict", "in use")), "failed", "in use"),
        (said(NamesAccepted="True", Established=("False", "NotAccepted", "not all names")), "failed", "not all names"),
        (said(NamesAccepted="True", Established=("False", "Installing", "soon")), "progressing", "soon"),
        ({}, "progressing", "nobody has looked at it yet"),
    ],
)
def test_a_custom_kind(status, state, reason):
    definition = live("CustomResourceDefinition", "apiextensions.k8s.io/v1", {}, status)
    assert health(definition) == Health(state, reason)


@pytest.mark.parametrize(
    ("spec", "status", "state", "reason"),
    [
        ({}, {"phase": "Succeeded"}, "current", ""),
        ({}, {"phase": "Failed", "message": "child 'digits-1' failed"}, "failed", "child 'digits-1' failed"),
        ({}, {"phase": "Error"}, "failed", "Error"),
        ({}, {"phase": "Running"}, "progressing", "it is running"),
        ({}, {"phase": "Pending", "message": "too many workflows"}, "progressing", "too many workflows"),
        ({"suspend": True}, {"phase": "Running"}, "progressing", "it is suspended"),
        ({}, {}, "progressing", "nobody has looked at it yet"),
        ({}, None, "progressing", "nobody has looked at it yet"),
        ({}, {"phase": "Resting"}, "unknown", "phase Resting"),
    ],
)
def test_a_workflow_is_well_when_it_is_done(spec, status, state, reason):
    assert health(live("Workflow", "argoproj.io/v1alpha1", spec, status)) == Health(state, reason)


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (None, "current", ""),
        ({"active": None, "phase": "Active"}, "current", ""),
        (said(SpecError=("True", "", "cron schedule is malformed")), "progressing", "cron schedule is malformed"),
        (said(SubmissionError=("True", "", "no rights")), "current", "the last run could not be started: no rights"),
    ],
)
def test_a_scheduled_workflow(status, state, reason):
    assert health(live("CronWorkflow", "argoproj.io/v1alpha1", {}, status)) == Health(state, reason)


def parent(name, seen=2, **conditions):
    told = [{**one, "observedGeneration": seen} for one in said(**conditions)["conditions"]]
    reference = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": name}
    return {"parentRef": reference, "controllerName": "example.org/gateway", "conditions": told}


TAKEN = {"Accepted": "True", "ResolvedRefs": "True"}


@pytest.mark.parametrize(
    ("parents", "state", "reason"),
    [
        ([parent("outer", **TAKEN), parent("inner", **TAKEN)], "current", ""),
        ([parent("outer", **TAKEN)], "progressing", "gateway inner has not answered"),
        ([], "progressing", "gateway outer has not answered"),
        (
            [parent("outer", Accepted=("False", "NotAllowedByListeners", "not from here")), parent("inner", **TAKEN)],
            "progressing",
            "gateway outer: not from here",
        ),
        (
            [
                parent("outer", Accepted="True", ResolvedRefs=("False", "BackendNotFound", "no service")),
                parent("inner", **TAKEN),
            ],
            "progressing",
            "gateway outer: no service",
        ),
        (
            [parent("outer", seen=1, **TAKEN), parent("inner", **TAKEN)],
            "progressing",
            "gateway outer: nobody has looked at it yet",
        ),
    ],
)
def test_a_route(parents, state, reason):
    spec = {"parentRefs": [{"name": "outer"}, {"name": "inner"}]}
    route = live("HTTPRoute", "gateway.networking.k8s.io/v1", spec, {"parents": parents})
    assert health(route) == Health(state, reason)


def test_a_route_without_a_gateway():
    assert health(live("HTTPRoute", "gateway.networking.k8s.io/v1", {}, {})).state == "unknown"


@pytest.mark.parametrize(
    ("kind", "api", "name"),
    [("ExternalSecret", "external-secrets.io/v1", "Ready"), ("LocalQueue", "kueue.x-k8s.io/v1beta2", "Active")],
)
def test_kinds_that_say_all_in_one_condition(kind, api, name):
    assert health(live(kind, api, {}, said(**{name: "True"}))) == Health("current")
    wrong = said(**{name: ("False", "NotFound", "it points nowhere")})
    assert health(live(kind, api, {}, wrong)) == Health("progressing", "it points nowhere")
    assert health(live(kind, api, {})) == Health("progressing", "nobody has looked at it yet")


@pytest.mark.parametrize(
    ("status", "state", "reason"),
    [
        (None, "unknown", "InferenceService does not say how it does"),
        ({"address": {}}, "unknown", "InferenceService does not say how it does"),
        (said(Ready="True"), "current", ""),
        (said(Ready=("False", "PredictorNotReady", "no pods")), "progressing", "no pods"),
        (said(Ready="Unknown"), "progressing", "it is not ready"),
        (said(Ready="True", Reconciling=("True", "Progressing", "at work")), "progressing", "at work"),
        (said(Ready="True", Stalled=("True", "Invalid", "no way on")), "failed", "no way on"),
        ({"observedGeneration": 1, **said(Ready="True")}, "progressing", "its controller has not seen this spec yet"),
        ({"observedGeneration": 1, **said(Stalled="True")}, "progressing", "its controller has not seen this spec yet"),
        (
            {"conditions": [{"type": "Ready", "status": "True", "observedGeneration": 1}]},
            "progressing",
            "it is not ready",
        ),
    ],
)
def test_a_kind_that_nobody_here_knows(status, state, reason):
    assert health(live("InferenceService", "serving.kserve.io/v1beta1", {}, status)) == Health(state, reason)


def test_a_kind_is_told_by_its_group():
    assert health(live("Deployment", "example.org/v1")).state == "unknown"
    assert health(live("ConfigMap", "v1")) == health(live("Role", "rbac.authorization.k8s.io/v1")) == Health("current")


def test_every_kind_that_our_templates_make_has_a_rule():
    kinds = set()
    for path in TEMPLATES.glob("*/*/examples/*/expected/**/*.yaml"):
        for value in yaml.safe_load_all(path.read_text()):
            if isinstance(value, dict) and "apiVersion" in value and "kind" in value:
                kinds.add((group(value), value["kind"]))
    assert ("apps", "Deployment") in kinds
    assert {kind for kind in kinds if kind not in RULES} == set()


KEYS = """conditions type status reason message replicas phase parents parentRef parentRefs state generation
observedGeneration containerStatuses waiting terminated lastState name spec nodes"""
WORDS = st.sampled_from(KEYS.split()) | st.text(max_size=4)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=4),
    max_leaves=20,
)
KINDS = st.sampled_from(sorted(RULES)) | st.just(("example.org", "Thing"))


@given(KINDS, JSON, JSON, JSON)
def test_no_object_is_too_strange(kind, metadata, spec, status):
    value = {"apiVersion": f"{kind[0]}/v1", "kind": kind[1], "metadata": metadata, "spec": spec, "status": status}
    assert health(value).state in ("current", "progressing", "failed", "terminating", "unknown")


@given(st.dictionaries(st.text(), JSON))
@example({"kind": ["Pod"], "apiVersion": {}})
def test_nor_what_is_no_object(value):
    assert health(value).state in ("progressing", "failed", "terminating", "unknown")


@given(KINDS, JSON, JSON)
def test_what_is_being_deleted_is_going(kind, spec, status):
    meta = {"deletionTimestamp": "2026-03-03T14:00:00Z"}
    value = {"apiVersion": f"{kind[0]}/v1", "kind": kind[1], "metadata": meta, "spec": spec, "status": status}
    assert health(value).state == "terminating"
