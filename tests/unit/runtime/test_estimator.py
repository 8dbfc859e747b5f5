"""What is loaded from a file, what is refused, and how answers are made."""

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest
import skops.io
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import FunctionTransformer

from windlass.runtime import estimator

DIGIT = {"name": "digit", "type": "integer", "method": "predict"}
BEST = {"name": "best", "type": "string", "method": "predict_proba", "reduce": "argmax"}
SURE = {"name": "sure", "type": "number", "method": "predict_proba", "reduce": "max"}
INPUT = [{"name": "x", "type": "array", "items": "number", "shape": [2]}]


def saved(folder: Path, model: Any, output: list[dict[str, Any]]) -> estimator.Estimator:
    skops.io.dump(model, folder / "model.skops")
    return estimator.Estimator(folder, {"input": INPUT, "output": output})


def test_an_answer_is_one_value_per_field_and_row(tmp_path: Path) -> None:
    model = LogisticRegression().fit([[0, 0], [4, 4]], ["low", "high"])
    found = saved(tmp_path, model, [BEST, SURE]).answer([{"x": [0.0, 0.0]}, {"x": [4.0, 4.0]}])
    assert [one["best"] for one in found] == ["low", "high"]
    assert all(0.5 < one["sure"] <= 1 for one in found)


def test_whole_floats_are_integers_and_others_are_refused(tmp_path: Path) -> None:
    whole = DummyClassifier(strategy="constant", constant=[7.0]).fit([[0, 0]], [7.0])
    assert saved(tmp_path, whole, [DIGIT]).answer([{"x": [1.0, 1.0]}]) == [{"digit": 7}]
    half = DummyClassifier(strategy="constant", constant=[7.5]).fit([[0, 0]], [7.5])
    with pytest.raises(ValueError, match="no integer"):
        saved(tmp_path, half, [DIGIT]).answer([{"x": [1.0, 1.0]}])


def test_a_contract_that_does_not_fit_is_said_when_loading(tmp_path: Path) -> None:
    model = LogisticRegression().fit([[0, 0, 0], [4, 4, 4]], [0, 1])
    with pytest.raises(ValueError, match="makes 2 columns, the model was trained on 3"):
        saved(tmp_path, model, [DIGIT])
    model = LogisticRegression().fit([[0, 0], [4, 4]], [0, 1])
    with pytest.raises(ValueError, match="asks `transform`, which LogisticRegression does not have"):
        saved(tmp_path, model, [{"name": "z", "type": "array", "method": "transform"}])


@pytest.mark.parametrize("names", [[], ["a.skops", "b.skops"], ["model.pkl"]])
def test_a_model_folder_holds_one_skops_file(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(ValueError, match=r"one \.skops file"):
        estimator.model_file(tmp_path)


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("sklearn.tree._tree.Tree", True),
        ("sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor", True),
        ("scipy.interpolate._bsplines.BSpline", True),
        ("sklearn.utils._testing.SkipTest", False),
        ("sklearn.utils.validation.os", False),  # a module seen through another
        ("sklearn.datasets.fetch_openml", False),
        ("sklearn.base.clone", False),  # a function
        ("numpy.lib._datasource.DataSource", False),  # removes a folder when it is destroyed
        ("numpy.testing._private.utils.runstring", False),  # runs its argument
        ("os.system", False),
        ("builtins.eval", False),
        ("sklearn.no.such.thing", False),
    ],
)
def test_only_scikit_learns_own_classes_are_added_to_what_skops_trusts(name: str, answer: bool) -> None:
    assert estimator.trusted(name) is answer


def test_a_function_that_would_be_called_is_refused_by_name(tmp_path: Path) -> None:
    skops.io.dump(FunctionTransformer(numpy.testing.assert_equal), tmp_path / "model.skops")
    with pytest.raises(ValueError, match=r"not trusted: numpy\.testing\._private\.utils\.assert_equal"):
        estimator.load(tmp_path / "model.skops")


def test_a_file_made_by_hand_runs_nothing(tmp_path: Path) -> None:
    node = {"__class__": "Popen", "__module__": "subprocess", "__loader__": "ObjectNode", "content": None, "__id__": 1}
    with zipfile.ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps({**node, "protocol": 2, "_skops_version": "0.16.0"}))
    with pytest.raises(ValueError, match=r"not trusted: subprocess\.Popen"):
        estimator.load(tmp_path / "model.skops")
