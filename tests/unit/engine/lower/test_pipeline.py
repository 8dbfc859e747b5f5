"""A spec becomes steps in order, with paths for datasets and one text for each parameter."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.transcript import ROOT
from windlass.engine.lower import pipeline
from windlass.model.project import Loaded, Project, Source
from windlass.model.specs.dataset import Dataset
from windlass.model.specs.environment import Environment
from windlass.model.specs.model import Model
from windlass.model.workload import Pipeline, Step

LOCAL = Environment.model_validate(
    {
        "apiVersion": "windlass.dev/v1alpha1",
        "kind": "Environment",
        "metadata": {"name": "local"},
        "spec": {"target": {"kind": "local"}},
    }
)


def loaded(kind, path, text=None):
    value = yaml.safe_load(text or (ROOT / path).read_text("utf-8"))
    return Loaded(kind.model_validate(value), Source(path, value, {}, {}))


DATASET = loaded(Dataset, "specs/vision/datasets/digits/dataset.yaml")
PROJECT = Project(datasets={"vision/digits": DATASET})


def lower(spec: str) -> Pipeline:
    head = "apiVersion: windlass.dev/v1alpha1\nkind: Model\nmetadata: {name: digits, team: vision}\nspec:\n"
    text = head + "\n".join(f"  {line}" for line in ["modelFormat: {name: sklearn}", *spec.splitlines()])
    return pipeline.pipeline(loaded(Model, "specs/vision/digits/model.yaml", text), PROJECT, LOCAL)


def test_the_living_example_is_the_backend_s_example():
    model = loaded(Model, "specs/vision/digits/model.yaml")
    example = yaml.safe_load((ROOT / "templates/pipelines/dvc/examples/model/input.yaml").read_text("utf-8"))
    assert pipeline.pipeline(model, PROJECT, LOCAL) == Pipeline.model_validate(example)


def test_order_is_topological_and_ties_go_by_name():
    found = lower(
        "tests: {cmd: check}\n"
        "pipeline:\n"
        "  stages:\n"
        "    - {name: last, cmd: c, deps: [b.out, a.out], outs: [model]}\n"
        "    - {name: b, cmd: c, outs: [b.out]}\n"
        "    - {name: a, cmd: c, outs: [a.out]}\n"
    )
    assert [step.name for step in found.steps] == ["a", "b", "last", "test", "gates", "register"]
    assert found.steps[2].depends_on == ("a", "b")
    assert found.steps[3].depends_on == ("a", "b", "last")


def test_a_dep_inside_an_out_and_around_one_depend_on_its_maker():
    found = lower(
        "pipeline:\n"
        "  stages:\n"
        "    - {name: make, cmd: c, outs: [model, deep/part.csv]}\n"
        "    - {name: inside, cmd: c, deps: [model/weights.bin]}\n"
        "    - {name: outside, cmd: c, deps: [deep]}\n"
        "    - {name: beside, cmd: c, deps: [model.py]}\n"
    )
    depends = {step.name: step.depends_on for step in found.stages}
    assert depends == {"make": (), "inside": ("make",), "outside": ("make",), "beside": ()}


def test_a_name_in_data_wins_over_a_path():
    found = lower(
        "data: [{name: scans, dataset: digits}]\n"
        "pipeline: {stages: [{name: prepare, cmd: c, deps: [scans, scans.py], outs: [model]}]}\n"
    )
    assert found.stages[0].deps == ("../datasets/digits/digits.csv", "scans.py")
    assert found.stages[0].depends_on == ("check-scans",)
    assert found.inputs[0].dataset == "vision/digits"


def test_parameters_have_one_text():
    found = lower(
        "pipeline: {stages: [{name: a, cmd: c, outs: [model], "
        "params: {whole: 8, part: 0.1, flag: true, word: 'yes', big: 1.0e+22}}]}\n"
    )
    texts = {parameter.name: (parameter.type, parameter.text) for parameter in found.parameters}
    assert texts == {
        "whole": ("integer", "8"),
        "part": ("number", "0.1"),
        "flag": ("boolean", "true"),
        "word": ("string", "yes"),
        "big": ("number", "1e+22"),
    }


def test_equal_containers_share_a_profile():
    found = lower(
        "pipeline:\n"
        "  stages:\n"
        "    - {name: a, cmd: c, outs: [model], resources: {cpu: 500m}}\n"
        "    - {name: b, cmd: c, resources: {cpu: '0.5'}}\n"
        "    - {name: d, cmd: c, env: [{name: B, value: '2'}, {name: A, secretKeyRef: {name: store, key: token}}]}\n"
    )
    assert [profile.name for profile in found.profiles] == ["default", "a", "d", "tool"]
    assert [step.profile for step in found.stages] == ["a", "a", "d"]
    assert [entry.name for entry in found.profiles[2].env] == ["A", "B"]


def test_a_dataset_is_one_stage_and_its_check():
    found = pipeline.source(DATASET, LOCAL)
    assert [(step.name, step.kind) for step in found.steps] == [("source", "stage"), ("check", "check")]
    assert found.stages[0].outs == ("digits.csv",)


def test_a_circle_raises():
    steps = [
        Step(name="a", kind="stage", profile="default", depends_on=("b",)),
        Step(name="b", kind="stage", profile="default", depends_on=("a",)),
    ]
    with pytest.raises(ValueError, match="circle of steps: a, b"):
        pipeline.ordered(steps)


@given(st.permutations(range(6)), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_the_order_does_not_depend_on_the_order_given(shuffled, edges):
    # an edge goes from the larger to the smaller number, so that there is no circle
    steps = [
        Step(
            name=f"s{index}",
            kind="stage",
            profile="default",
            depends_on=tuple(f"s{min(edge)}" for edge in sorted(edges) if max(edge) == index and min(edge) != index),
        )
        for index in range(6)
    ]
    done = pipeline.ordered(steps)
    assert pipeline.ordered([steps[index] for index in shuffled]) == done
    places = {step.name: place for place, step in enumerate(done)}
    assert all(places[before] < places[step.name] for step in steps for before in step.depends_on)
