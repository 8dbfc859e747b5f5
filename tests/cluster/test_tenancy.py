"""A team's namespace, as the tenancy backend makes it, holds against a workload that tries to pass its bounds."""

import shutil
import time
from typing import Any

import pytest
import yaml

from tests.cluster.client import MERGE
from tests.cluster.place import A, Place
from windlass.adapters.kubernetes.cluster import HttpCluster
from windlass.adapters.kubernetes.connection import Connection
from windlass.adapters.kubernetes.requests import Requests
from windlass.engine.cluster.refusals import diagnostic
from windlass.model.diagnostic import Diagnostic
from windlass.model.plan import Identity
from windlass.model.refusal import Refusal
from windlass.ports.cluster import Kind, Written

POD = Kind("", "v1", "Pod", "pods", namespaced=True)
HARD = {"requests.cpu": "4", "requests.memory": "8Gi", "limits.memory": "8Gi", "requests.nvidia.com/gpu": "1"}


@pytest.fixture
def team(place: Place, controllers: object) -> str:
    """The namespace of a team with a quota, applied and in force."""
    path = "specs/team-000/team.yaml"
    document = yaml.safe_load((place.root / path).read_text())
    document["spec"]["quota"] = {"cpu": "4", "memory": "8Gi", "gpus": 1}
    place.write(path, yaml.safe_dump(document))
    place.commit()
    place.applied()
    space = f"{place.prefix}-team-000"
    live = place.get("quota", space, "team")
    assert live is not None
    assert live["spec"]["hard"] == HARD
    # what the controllers of a cluster do
    counted = {"status": {"hard": HARD, "used": {**dict.fromkeys(HARD, "0"), "requests.cpu": "3"}}}
    assert place.admin.request("PATCH", f"{place.path('quota', space, 'team')}/status", counted, MERGE)[0] == 200
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    place.put("serviceaccount", space, account, "default")
    limit = time.monotonic() + 30
    while isinstance(tried(space, cpu="2"), Written):
        assert time.monotonic() < limit, "the quota is not in force"
        time.sleep(0.1)
    return space


def test_a_pod_over_the_quota_is_refused_with_the_three_numbers(team: str) -> None:
    found = finding(team, tried(team, cpu="2"))
    assert found.code == "WL448"
    said = f"Pod {team}/x exceeds the quota `team`: asks requests.cpu=2, used requests.cpu=3 of requests.cpu=4"
    assert found.message == said
    assert isinstance(tried(team, cpu="1"), Written), "what is left may be used"
    gpus = finding(
        team, tried(team, resources={"requests": {"nvidia.com/gpu": "2"}, "limits": {"nvidia.com/gpu": "2"}})
    )
    assert gpus.code == "WL448"
    assert "asks requests.nvidia.com/gpu=2" in gpus.message


def test_a_container_that_asks_for_nothing_gets_something(team: str) -> None:
    answer = tried(team)
    assert isinstance(answer, Written), answer
    (container,) = answer.live["spec"]["containers"]
    assert container["resources"] == {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}}


@pytest.mark.parametrize(
    ("container", "pod", "why"),
    [
        ({"privileged": True, "allowPrivilegeEscalation": True}, {}, "privileged"),
        ({"allowPrivilegeEscalation": True}, {}, "allowPrivilegeEscalation"),
        ({"capabilities": {"drop": []}}, {}, "unrestricted capabilities"),
        ({"runAsUser": 0}, {}, "runAsUser=0"),
        ({}, {"hostNetwork": True}, "host namespaces"),
        ({}, {"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}, "hostPath"),
    ],
)
def test_a_pod_that_would_be_more_than_restricted_is_refused(
    team: str, container: dict[str, Any], pod: dict[str, Any], why: str
) -> None:
    found = finding(team, tried(team, container=container, **pod))
    assert found.code == "WL444", found.message
    assert f"Pod {team}/x is not allowed in its namespace, which is `restricted:v1.34`" in found.message
    assert why in found.message


def test_a_deployment_whose_pods_could_never_be_let_in_is_warned_of(place: Place, controllers: object) -> None:
    place.applied()
    shutil.rmtree(place.root / "environments/policies")  # they would say it before
    path = "templates/serving/bentoml/_restricted.j2"
    place.template(path, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")
    said = place.run("plan", "staging")
    assert (
        f"Deployment {place.prefix}-team-000/team-000-model-00000: the server warns: would violate PodSecurity"
        in said.out
    )
    assert "WL455" in said.out
    assert said.exit == 0, "a warning stops nobody"


def test_nothing_is_reached_unless_something_allows_it(place: Place, team: str) -> None:
    found = place.get("networkpolicy", team, "default-deny")
    assert found is not None
    spec = found["spec"]
    assert spec["podSelector"] == {}, "every pod"
    assert sorted(spec["policyTypes"]) == ["Egress", "Ingress"]
    assert "ingress" not in spec
    assert {(port["protocol"], port["port"]) for rule in spec["egress"] for port in rule["ports"]} == {
        ("TCP", 53),
        ("UDP", 53),
    }
    (rule,) = spec["egress"]
    assert rule["to"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}]
    assert place.get("networkpolicy", A) is not None, "a service's own policy opens what it needs"


def tried(
    space: str,
    cpu: str = "",
    container: dict[str, Any] | None = None,
    resources: dict[str, Any] | None = None,
    **pod: Any,
) -> Written | Refusal:
    """A pod in the namespace, as a dry run."""
    guarded = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}, "runAsNonRoot": True}
    guarded |= {"seccompProfile": {"type": "RuntimeDefault"}, **(container or {})}
    one: dict[str, Any] = {"name": "x", "image": "registry.example/x:1", "securityContext": guarded}
    if cpu:
        one["resources"] = {"requests": {"cpu": cpu}}
    if resources:
        one["resources"] = resources
    meta = {"name": "x", "namespace": space}
    sent = {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": {**pod, "containers": [one]}}
    return HttpCluster(Requests(Connection("admin"))).apply(POD, sent, "somebody", dry=True)


def finding(space: str, answer: Written | Refusal) -> Diagnostic:
    """What Windlass says of a refusal."""
    assert isinstance(answer, Refusal), "it was let in"
    return diagnostic(Identity(kind="Pod", name="x", owner="", api="v1", namespace=space), answer)
