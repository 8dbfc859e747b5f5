"""What a change means for copies, in words."""

import pytest

from windlass.engine.cluster import copies


def scaler(least, most):
    return {"kind": "HorizontalPodAutoscaler", "spec": {"minReplicas": least, "maxReplicas": most}}


def deployment(**spec):
    return {"kind": "Deployment", "spec": spec}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (None, scaler(1, 4), "1 to 4 copies"),
        (scaler(1, 4), scaler(2, 8), "1 to 4 -> 2 to 8 copies"),
        (scaler(1, 4), scaler(1, 4), ""),
        (None, deployment(replicas=1), "1 copy"),
        (deployment(replicas=1), deployment(replicas=3), "1 -> 3 copies"),
        (deployment(replicas=3), deployment(), ""),
        (None, {"kind": "Service", "spec": {"replicas": 2}}, ""),
    ],
)
def test_copies(before, after, told):
    assert copies.told(before, after) == told
