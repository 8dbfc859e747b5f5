"""Folders that look like a model's and are none."""

import pytest

from windlass.engine.leftovers import leftovers
from windlass.model.diagnostic import Severity


@pytest.mark.parametrize("sign", ["dvc.yaml", "dvc.lock", "params.json", "requirements.lock"])
def test_each_sign_alone_is_enough(sign: str) -> None:
    (found,) = leftovers([f"specs/vision/digits/{sign}"])
    assert (found.code, found.severity) == ("WL235", Severity.WARNING)
    assert (found.place and found.place.path) == "specs/vision/digits/model.yaml"
    assert sign in found.message


def test_a_dataset_without_its_document() -> None:
    (found,) = leftovers(["specs/vision/datasets/digits/dvc.yaml"])
    assert (found.place and found.place.path) == "specs/vision/datasets/digits/dataset.yaml"


@pytest.mark.parametrize(
    "names",
    [
        ["specs/vision/digits/dvc.yaml", "specs/vision/digits/model.yaml"],
        ["specs/vision/digits/dvc.yaml", "specs/vision/digits/model.yml"],
        ["specs/vision/shared/requirements.txt", "specs/vision/shared/reading.py"],
        ["specs/vision/digits/old/dvc.yaml"],
        ["specs/vision/dvc.yaml"],
        ["specs/vision/datasets/dvc.yaml"],
        ["environments/prod/x/dvc.yaml"],
    ],
)
def test_what_is_none_is_not_told(names: list[str]) -> None:
    assert leftovers(names) == []
