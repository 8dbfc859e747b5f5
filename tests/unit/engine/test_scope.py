"""What a mistake stops: those who need the document it is in, and nobody else."""

import pytest

from tests.trees import base
from windlass.engine import scope, validate
from windlass.engine.scope import Scope
from windlass.model.diagnostic import Diagnostic, Place, Related
from windlass.model.project import Project

OVERLAY = b"""\
apiVersion: windlass.dev/v1alpha1
kind: Overlay
metadata: {name: digits}
spec:
  for: {model: vision/digits}
  patch: {serving: {replicas: {min: 2, max: 2}}}
"""
LAID = "environments/prod/overlays/digits.yaml"


def project() -> Project:
    return validate.read(base() | {LAID: OVERLAY}).project


def concerns(where: Scope, path: str) -> bool:
    return where.concerns(Diagnostic("WL999", "what", Place(path)))


@pytest.mark.parametrize(
    ("path", "stops"),
    [
        ("specs/vision/digits/model.yaml", True),
        ("specs/vision/digits/dvc.yaml", True),
        ("specs/vision/team.yaml", True),
        ("specs/vision/datasets/digits/dataset.yaml", True),
        ("specs", True),
        ("specs/vision/digits2/model.yaml", False),
        ("specs/vision/faces/model.yaml", False),
        ("specs/vision/datasets/faces/dataset.yaml", False),
        ("specs/sounds/team.yaml", False),
        ("environments/prod/environment.yaml", False),
        (LAID, False),
    ],
)
def test_a_model_needs_its_folder_its_team_and_its_datasets(path: str, stops: bool) -> None:
    assert concerns(scope.of_model(project(), "vision/digits"), path) is stops


@pytest.mark.parametrize(
    ("name", "path", "stops"),
    [
        ("prod", "environments/prod/environment.yaml", True),
        ("prod", LAID, True),
        ("prod", "environments/staging/environment.yaml", True),
        ("prod", "environments/policies/signed.yaml", True),
        ("prod", "environments/staging/overlays/digits.yaml", False),
        ("prod", "specs/vision/digits/model.yaml", False),
        ("dev", "specs/vision/digits/model.yaml", True),
        ("local", "specs/vision/digits/model.yaml", True),
        ("local", "environments/prod/environment.yaml", False),
        ("typo", "specs/vision/digits/model.yaml", False),
    ],
)
def test_an_environment_needs_the_chain_its_overlays_and_where_it_trains_all_specs(
    name: str, path: str, stops: bool
) -> None:
    assert concerns(scope.of_environment(project(), name), path) is stops


def test_a_finding_without_a_place_or_with_a_related_one_inside_concerns_too() -> None:
    mine = scope.of_model(project(), "vision/digits")
    assert mine.concerns(Diagnostic("WL999", "what"))
    twin = Related("the first one", Place("specs/vision/digits/model.yaml"))
    assert mine.concerns(Diagnostic("WL999", "a second one", Place("specs/vision/twin/model.yaml"), related=(twin,)))


def test_what_has_mistakes_is_left_out_except_environments() -> None:
    wrong = ("specs/vision/digits/model.yaml", LAID, "environments/prod/environment.yaml")
    left = scope.without(project(), wrong)
    assert (left.models, left.overlays) == ({}, {"prod": ()})
    assert set(left.environments) == {"dev", "staging", "prod"}
    assert set(left.datasets) == {"vision/digits"}
