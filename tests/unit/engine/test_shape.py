"""Shapes: pydantic's findings in our words, and what is said besides a mistake of shape."""

from collections.abc import Iterator

import pytest

from tests.trees import DATASET, MODEL, codes, edited, environment, judged
from windlass.engine import schema, shape


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("metrics:", "metrcs:", "unknown key `metrcs` in stage `evaluate` | did you mean `metrics`?"),
        ("  task: c", "  gates: []\n  task: c", "unknown key `gates` in `spec` | it belongs in `spec.evaluation`"),
        ("  serving:", "  serving:\n    min_replicas: 1", "unknown key `min_replicas` in `serving` | did you mean `minReplicas`?"),
        ("minimum: 0", 'minimum: "0"', "`serving.input.pixels.minimum` is text, it must be a number | write 0 without quotes"),
        ("min: 0.7", "min: true", "`min` of gate 1 is a boolean, it must be a number | "),
        ("outs: [model]", "outs: model", "`outs` of stage `train` is text, it must be a list | write [model]"),
        ("name: scans,", "name: 7,", '`name` of data entry 1 is a number, it must be text | write "7" in quotes'),
        ("depth: 8", "depth: []", "`params.max_depth` of stage `train` is a list, it must be text, a number, true or false | "),
        ("        cmd: python train.py\n", "", "stage `train` lacks `cmd` | add `cmd:`"),
        ("{name: sklearn}", "", "`modelFormat` is empty, it must be a mapping | write it, or take the key away"),
        ("kind: Model", "kind: Modle", "no kind `Modle` | did you mean `Model`?"),
        ("cmd: python train.py\n", "cmd:\n", "`cmd` of stage `train` is empty, it must be text | write it, or take the key away"),
    ],
)  # fmt: skip
def test_words(old: str, new: str, said: str) -> None:
    found = judged(edited(MODEL, old, new))
    assert f"{found[0].message} | {found[0].hint}" == said


def test_rules_look_at_a_document_with_mistakes_of_shape_too() -> None:
    files = edited(MODEL, "metrics:", "metrcs:")
    files[MODEL] = files[MODEL].replace(b"{metric: f1,", b"{metric: f1_macro,")
    assert codes(files) == ["WL103", "WL212"]


def test_a_key_and_its_value_are_each_told_where_they_stand() -> None:
    found = judged(edited(MODEL, "params: {max_depth: 8}", "placement: {nodeSelector: {a b: c d}}"))
    assert [(one.code, one.place.column) for one in found if one.place] == [("WL255", 36), ("WL255", 41)]


def test_what_stands_in_an_entry_that_is_taken_out_is_no_bug() -> None:
    images = 'spec:\n  images: {locks: {"sha256:12": {step: latest}}}\n'
    assert codes(edited(environment("dev"), "spec:\n", images)) == ["WL133", "WL135"]


def test_every_form_has_words() -> None:
    told = set(shape.PATTERNS) | set(shape.FORMS)
    schemas = [kind.model_json_schema() for kind in schema.KINDS]
    assert {found for one in schemas for found in patterns(one)} <= told


def patterns(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["pattern"]] if isinstance(value.get("pattern"), str) else [])
        yield from value.get("patternProperties", {})
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from patterns(one)


def test_a_renamed_key_is_not_also_missing() -> None:
    assert codes(edited(MODEL, "cmd: python train.py", "cmnd: python train.py")) == ["WL103"]


def test_what_is_not_obvious_silences_the_rules_of_that_document_alone() -> None:
    files = edited(MODEL, "outs: [model]", "outs: {model: 1}")
    files[environment("staging")] = files[environment("staging")].replace(b"promotesFrom: dev", b"promotesFrom: dve")
    assert codes(files) == ["WL221", "WL102"]


def test_a_value_that_is_written_wrong_is_told_once() -> None:
    assert codes(edited(MODEL, "min: 0.7", "min: 7e-1")) == ["WL013"]


def test_snake_case_is_for_python_alone() -> None:
    assert codes(edited(DATASET, "personalData:", "personal_data:")) == ["WL103"]
