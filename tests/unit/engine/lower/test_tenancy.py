"""A team in a cluster: what is decided of its namespace before a template spells it."""

import json
from typing import Any

from windlass.engine import validate
from windlass.engine.lower import tenancy
from windlass.model.workload import Tenancy

ENVELOPE = {"apiVersion": "windlass.dev/v1alpha1"}


def lowered(team: dict[str, Any], environment: dict[str, Any]) -> Tenancy:
    documents = {
        "specs/vision/team.yaml": {"kind": "Team", "metadata": {"name": "vision"}, "spec": team},
        "environments/dev/environment.yaml": {
            "kind": "Environment",
            "metadata": {"name": "dev"},
            "spec": {"target": {"kind": "kubernetes"}, **environment},
        },
    }
    reading = validate.read({path: json.dumps({**ENVELOPE, **one}).encode() for path, one in documents.items()})
    assert reading.diagnostics == ()
    return tenancy.tenancy(reading.project.teams["vision"], reading.project.environments["dev"].spec)


def test_nothing_is_bound_that_was_not_asked_for() -> None:
    made = lowered({"owners": ["ada@example.org"]}, {})
    assert (made.quota, made.view, made.queue) == (None, None, None)
    assert made.meta.namespace == "vision-dev"


def test_replicas_alone_are_no_quota_of_a_namespace() -> None:
    assert lowered({"owners": ["a"], "quota": {"replicas": 3}}, {}).quota is None


def test_a_quota_of_nothing_is_a_quota() -> None:
    quota = lowered({"owners": ["a"], "quota": {"cpu": "0", "gpus": 0}}, {}).quota
    assert quota is not None
    assert (quota.cpu_millis, quota.memory_bytes, quota.gpus) == (0, None, 0)


def test_a_group_is_bound_once_to_what_only_looks() -> None:
    view = lowered({"owners": ["a"], "members": ["b", "a", "b"]}, {}).view
    assert view is not None
    assert view.groups == ("a", "b")
    assert {verb for grant in view.grants for verb in grant.verbs} == {"get", "list", "watch"}
    assert "secrets" not in {name for grant in view.grants for name in grant.resources}


def test_a_queue_has_a_name_of_its_own() -> None:
    queue = lowered({"owners": ["a"]}, {"queue": {"cluster": "gpu-shared", "name": "nightly"}}).queue
    assert queue is not None
    assert (queue.local, queue.cluster) == ("nightly", "gpu-shared")
