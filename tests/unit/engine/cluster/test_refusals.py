"""What a server answers, in words for whoever must act."""

import pytest

from windlass.engine.cluster import refusals
from windlass.model.failure import Findings, Refused, World
from windlass.model.plan import Identity
from windlass.model.refusal import refusal

POD = Identity(kind="Deployment", name="x", owner="a/b", api="apps/v1", namespace="ml")
QUOTA = 'pods "x" is forbidden: exceeded quota: team, requested: requests.cpu=2, used: requests.cpu=15, limited: requests.cpu=16'
LEVEL = 'pods "x" is forbidden: violates PodSecurity "restricted:v1.34": privileged (container "c" must not set it)'
POLICY = "x is forbidden: ValidatingAdmissionPolicy 'planner' with binding 'planner' denied request: only dry runs"
RIGHTS = 'deployments.apps "x" is forbidden: User "nobody" cannot patch resource "deployments" in the namespace "ml"'
GONE = "x is forbidden: unable to create new content in namespace ml because it is being terminated"
CAUSE = {
    "causes": [{"field": "spec.replicas", "message": "Invalid value: -1"}, {"field": "spec.x", "message": "Required"}]
}


@pytest.mark.parametrize(
    ("code", "answer", "known", "kind", "words"),
    [
        (403, {"message": QUOTA}, "WL448", Refused, "asks requests.cpu=2, used requests.cpu=15 of requests.cpu=16"),
        (403, {"message": LEVEL}, "WL444", Refused, 'which is `restricted:v1.34`: privileged (container "c"'),
        (403, {"message": RIGHTS}, "WL449", Refused, 'User "nobody" cannot patch'),
        (403, {"message": GONE}, "WL577", World, "the namespace `ml` is being deleted"),
        (422, {"message": POLICY}, "WL444", Refused, "the admission policy `planner` denies"),
        (
            400,
            {"message": 'admission webhook "w.io" denied the request: no'},
            "WL444",
            Refused,
            "the admission webhook `w.io`",
        ),
        (403, {"message": 'admission webhook "w.io" denied the request: no'}, "WL444", Refused, "`w.io` denies"),
        (
            500,
            {"message": 'failed calling webhook "w.io": dial tcp: refused'},
            "WL577",
            World,
            "`w.io` could not be asked",
        ),
        (500, {"message": "etcdserver: leader changed"}, "WL571", World, "leader changed"),
        (429, {"message": "too many requests"}, "WL571", World, "too many requests"),
        (
            422,
            {"message": "x", "details": CAUSE},
            "WL442",
            Findings,
            "spec.replicas: Invalid value: -1; spec.x: Required",
        ),
        (
            422,
            {"message": "Service is invalid: spec.clusterIP: field is immutable"},
            "WL443",
            Refused,
            "field is immutable",
        ),
        (404, {"details": {"kind": "namespaces"}}, "WL447", Refused, "there is no namespace `ml`"),
        (409, {"message": "the object has been modified"}, "WL410", Refused, "changed while it was looked at"),
        (413, {"message": "too large"}, "WL442", Findings, "too large"),
    ],
)
def test_each_answer_has_its_words_and_those_who_must_act(code, answer, known, kind, words) -> None:
    failure = refusals.failure(POD, refusal(code, answer))
    (found,) = failure.diagnostics
    assert (found.code, type(failure)) == (known, kind)
    assert words in found.message
    assert found.hint
