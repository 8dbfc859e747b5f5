"""The champion is not compared with itself, and nothing else passes for it."""

from typing import Any

from windlass.flows.training import judged
from windlass.flows.training.judged import Tried
from windlass.model.candidate import DataPin, ModelPin
from windlass.model.release import Pin, Release
from windlass.model.specs.model import ModelSpec

RUN, OTHER, MODEL = ("sha256:" + character * 64 for character in "abc")
DATA = (DataPin(name="scans", dataset="a/scans", md5="1" * 32, sha256=OTHER),)
GATE = {"metric": "f1", "baseline": "champion", "minRelativeChange": -0.01}


def champion(f1: float) -> Release:
    pin = Pin(model=ModelPin(registry="a-b", digest=MODEL, format="sklearn-skops"), inputs=RUN, data=DATA, spec=OTHER)
    spec = {"generation": 1, "seal": OTHER, "pin": pin.plain(), "source": {}, "metrics": {"f1": f1}}
    value = {"apiVersion": "windlass.dev/v1alpha1", "kind": "Release", "metadata": {"name": "b", "team": "a"}}
    return Release.model_validate({**value, "spec": spec})


def spec() -> ModelSpec:
    stage = {"name": "fit", "cmd": "python fit.py", "outs": ["model"], "metrics": [{"path": "m.json", "names": ["f1"]}]}
    value: dict[str, Any] = {
        "modelFormat": {"name": "sklearn"},
        "data": [{"name": "scans", "dataset": "scans"}],
        "pipeline": {"stages": [stage]},
        "evaluation": {"gates": [GATE]},
    }
    return ModelSpec.model_validate(value)


def judge(inputs: str, f1: float, model: str) -> tuple[bool, str]:
    (result,) = judged.judge(spec(), Tried(inputs, {"f1": f1}, DATA, model), champion(0.9))
    return result.passed, result.note


def test_the_same_run_is_the_champion_itself() -> None:
    assert judge(RUN, 0.9, MODEL) == (True, judged.STANDING)


def test_the_same_bytes_with_the_same_numbers_too() -> None:
    assert judge(OTHER, 0.9, MODEL) == (True, judged.STANDING)


def test_the_same_bytes_evaluated_in_another_way_are_compared() -> None:
    assert judge(OTHER, 0.5, MODEL) == (False, "")
    assert judge(OTHER, 0.95, MODEL) == (True, "")
