"""The champion is not compared with itself, and nothing else passes for it."""

from typing import Any

from windlass.flows.training import judged
from windlass.flows.training.champions import Champions
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
    (result,) = judged.judge(spec(), Tried(inputs, {"f1": f1}, DATA, model), Champions(champion(0.9)))
    return result.passed, result.note


def test_the_same_run_is_the_champion_itself() -> None:
    assert judge(RUN, 0.9, MODEL) == (True, judged.STANDING)


def test_the_same_bytes_with_the_same_numbers_too() -> None:
    assert judge(OTHER, 0.9, MODEL) == (True, judged.STANDING)


def test_the_same_bytes_evaluated_in_another_way_are_compared() -> None:
    assert judge(OTHER, 0.5, MODEL) == (False, "")
    assert judge(OTHER, 0.95, MODEL) == (True, "")


def test_a_rival_is_compared_on_the_same_data_and_does_not_take_back_what_is_released() -> None:
    gate = {**GATE, "model": "c", "minRelativeChange": 0.05}
    asked = ModelSpec.model_validate({**spec().plain(), "evaluation": {"gates": [gate]}})
    other = (DATA[0].model_copy(update={"md5": "2" * 32}),)

    def told(f1: float, champions: Champions, data: tuple[DataPin, ...] = DATA) -> tuple[bool, str, bool]:
        tried = Tried(OTHER, {"f1": f1}, data, None)
        (result,) = judged.judge(asked, tried, champions)
        assert result.model == "c"
        return result.passed, result.note, judged.comparable(asked, data, champions)

    rival = Champions(rivals={"c": champion(0.8)})
    assert told(0.83, rival) == (False, "", True)
    assert told(0.85, rival) == (True, "", True)
    assert told(0.1, rival, other) == (True, "not comparable: the champion was judged on other data", False)
    assert told(0.1, Champions(champion(0.8))) == (True, "c has no release here yet", True)
    standing = judged.judge(asked, Tried(RUN, {"f1": 0.1}, DATA, None), Champions(champion(0.1), rival.rivals))
    assert [(one.passed, one.note) for one in standing] == [(True, judged.STANDING)]
    assert rival.digests == {"c": champion(0.8).digest}
