"""A release lowered to a service: the contract keeps order, and nothing of the release is decided anew."""

import json
from typing import Any

import pytest

from windlass.engine.lower.service import contract, contract_bytes, model_format, service
from windlass.engine.lower.tracking import tracking
from windlass.model.failure import Findings
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import ModelSpec

DIGESTS = {
    name: "sha256:" + character * 64
    for name, character in (("model", "1"), ("bento", "2"), ("inputs", "3"), ("spec", "4"))
}
SERVING: dict[str, Any] = {
    "input": {"z": {"type": "number", "minimum": 0}, "a": {"type": "array", "items": "integer", "shape": [2, 3]}},
    "output": {"y": {"type": "integer"}},
    "resources": {"cpu": "500m", "memory": "512Mi"},
    "env": [{"name": "B", "value": "1"}, {"name": "A", "secretKeyRef": {"name": "db", "key": "password"}}],
    "maxReplicas": 4,
}


def spec(**more: Any) -> ModelSpec:
    base = {"modelFormat": {"name": "sklearn"}, "pipeline": {"stages": [{"name": "t", "cmd": "true"}]}}
    return ModelSpec.model_validate({**base, "serving": SERVING, **more})


def release(generation: int = 3) -> Release:
    pin = {
        "model": {"registry": "vision-digits", "digest": DIGESTS["model"], "format": "sklearn-skops"},
        "bento": {"tag": "vision-digits:2222", "digest": DIGESTS["bento"]},
        "inputs": DIGESTS["inputs"],
        "data": [],
        "spec": DIGESTS["spec"],
    }
    return Release.model_validate(
        {
            "apiVersion": "windlass.dev/v1alpha1",
            "kind": "Release",
            "metadata": {"name": "digits", "team": "vision"},
            "spec": {"generation": generation, "seal": DIGESTS["spec"], "pin": pin, "source": {"commit": None}},
        }
    )


ENVIRONMENT = Environment.model_validate(
    {
        "apiVersion": "windlass.dev/v1alpha1",
        "kind": "Environment",
        "metadata": {"name": "prod"},
        "spec": {"target": {"kind": "local"}},
    }
)


def test_the_contract_keeps_the_order_of_its_fields_and_has_a_digest_of_it() -> None:
    found = contract(spec())
    assert [field["name"] for field in found.input] == ["z", "a"]
    assert found.input[1] == {"name": "a", "type": "array", "items": "integer", "shape": [2, 3], "description": ""}
    turned = contract(spec(serving={**SERVING, "input": dict(reversed(SERVING["input"].items()))}))
    assert turned.digest != found.digest
    assert json.loads(contract_bytes(spec()))["input"] == [dict(field) for field in found.plain()["input"]]


def test_what_is_no_part_of_the_contract_does_not_move_its_digest() -> None:
    assert contract(spec(serving={**SERVING, "maxReplicas": 9})).digest == contract(spec()).digest


def test_a_service_carries_the_release_and_canonical_units() -> None:
    found = service(spec(), release(), ENVIRONMENT, 3000)
    assert (found.name, found.slug, found.environment, found.port) == ("vision-digits", "vision/digits", "prod", 3000)
    (stable,) = found.variants
    assert (stable.release, stable.generation, stable.weight) == (release().digest, 3, 100)
    assert (stable.model, stable.bento) == (DIGESTS["model"], DIGESTS["bento"])
    assert found.resources.cpu_millis.request == 500
    assert found.resources.memory_bytes.request == 512 * 1024**2
    assert [entry.name for entry in found.env] == ["A", "B"]
    assert found.env[0].secret_ref == {"name": "db", "key": "password"}
    assert (found.scale.min, found.scale.max) == (1, 4)


def test_an_alias_is_named_like_its_environment() -> None:
    found = tracking(release(), ENVIRONMENT)
    assert (found.registered_model, found.alias, found.model_digest) == ("vision-digits", "prod", DIGESTS["model"])


def test_a_model_without_a_serving_part_cannot_be_served() -> None:
    assert model_format(spec(serving=None)) == "sklearn-skops"
    with pytest.raises(Findings) as caught:
        contract(spec(serving=None))
    assert caught.value.diagnostics[0].code == "WL534"
