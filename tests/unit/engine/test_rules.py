"""Rules beyond their pages (each page is a test of its own, see tests/diagnostics): edges, silence, and several at once."""

from pathlib import Path

import pytest

from tests.trees import DATASET, MODEL, base, codes, edited, environment, judged
from windlass.engine import rules, validate
from windlass.engine.asks import asks
from windlass.engine.tree import Fact

OVERLAY = "apiVersion: windlass.dev/v1alpha1\nkind: Overlay\nmetadata: {{name: {0}}}\nspec:\n  for: {1}\n  patch: {2}\n"


def overlay(name: str, chosen: str, patch: str, where: str = "prod") -> dict[str, bytes]:
    return {f"environments/{where}/overlays/{name}.yaml": OVERLAY.format(name, chosen, patch).encode()}


def test_the_base_is_without_a_finding() -> None:
    assert judged(base()) == ()


def test_every_file_of_a_rule_is_in_the_list() -> None:
    files = {path.stem for path in Path(rules.__file__).parent.glob("*.py")} - {"__init__"}
    assert files == {rule.__module__.rpartition(".")[2] for rule in rules.RULES}


@pytest.mark.parametrize(
    ("path", "old", "new", "expected"),
    [
        (MODEL, "dataset: digits", "dataset: vision/digits", []),
        (MODEL, "dataset: digits", "dataset: sounds/digits", ["WL205"]),
        (MODEL, "deps: [evaluate.py, model, clean.csv]", "deps: [evaluate.py, model/model.skops, clean.csv]", []),
        (MODEL, "outs: [model]", "outs: [./model/]", []),
        (MODEL, "outs: [model]", "outs: [model, model/extra]", ["WL208"]),
        (MODEL, "outs: [model]", "outs: [model, params.json]", ["WL208"]),
        (MODEL, "outs: [model]", "outs: [model, ../other/model]", ["WL217"]),
        (MODEL, "deps: [train.py, clean.csv]", "deps: [train.py, clean.csv, ../datasets/digits/collect.py]", []),
        (MODEL, "deps: [train.py, clean.csv]", "deps: [train.py, clean.csv, model]", ["WL206"]),
        (MODEL, "deps: [train.py, clean.csv]", "deps: [train.py, clean.csv, 's3://bucket/rows']", ["WL217"]),
        (MODEL, "deps: [train.py, clean.csv]", "deps: [train.py, clean.csv, '~/rows']", ["WL217"]),
        (MODEL, "deps: [train.py, clean.csv]", "deps: [train.py, clean.csv, 'C:\\rows']", ["WL217"]),
        (MODEL, "min: 0.7", "min: 0.7, max: 0.6", ["WL211"]),
        (MODEL, "min: 0.7", "baseline: champion", ["WL211"]),
        (MODEL, "min: 0.7", "minRelativeChange: -0.1", ["WL211"]),
        (MODEL, "min: 0.7", "baseline: champion, minRelativeChange: -0.1, slice: {digit: all}", []),
        (MODEL, "min: 0.7", "min: 0.7, slice: {digit: '7', other: all}", ["WL107"]),
        (MODEL, "min: 0.7", "min: 0.7, model: letters", ["WL211", "WL330"]),
        (MODEL, "min: 0.7", "baseline: champion, model: digits, minRelativeChange: 0.1", ["WL330"]),
        (MODEL, "min: 0.7", "baseline: champion, model: vision/digits, minRelativeChange: 0.1", ["WL330"]),
        (MODEL, "maximum: 16", "maximum: -1", ["WL219"]),
        (MODEL, "shape: [64]", "shape: []", ["WL219"]),
        (MODEL, "items: number, shape: [64]", "items: string, shape: [64]", ["WL219"]),
        (MODEL, "digit: {type: integer, method: predict}", "digit: {type: number, method: predict_proba, reduce: max}", []),
        (MODEL, "      digit: {type: integer, method: predict}", "      {}", ["WL219"]),
        (DATASET, "count: 64", "count: 0", ["WL106"]),
        (DATASET, 'match: "p[0-9]+", count: 64', "name: p0, count: 64", ["WL216"]),
        (DATASET, "minRows: 1000", "minRows: 1000\n    maxRows: 10", ["WL216"]),
        (DATASET, "deps: [collect.py]", "deps: [collects.py]", ["WL207"]),
        (MODEL, "  serving:", "  monitoring: {slo: {availability: 99.9, p90: 50ms, p95: 100ms, p99: 1s}}\n  serving:", []),
        (MODEL, "  serving:", "  monitoring: {slo: {availability: 100}}\n  serving:", ["WL260"]),
        (MODEL, "  serving:", "  monitoring: {slo: {availability: 89.9}}\n  serving:", ["WL260"]),
        (MODEL, "  serving:", "  monitoring: {slo: {p99: 0ms}}\n  serving:", ["WL260"]),
        (MODEL, "  serving:", "  monitoring: {slo: {p99: 61s}}\n  serving:", ["WL260"]),
        (MODEL, "  serving:", "  monitoring: {slo: {p99: 250}}\n  serving:", ["WL102"]),
        (MODEL, "  serving:", "  monitoring: {slo: {p99: 1m}}\n  serving:", ["WL132"]),
        (MODEL, "  serving:", "  monitoring: {slo: {p999: 1s}}\n  serving:", ["WL103"]),
        (MODEL, "  serving:", "  monitoring: {dataDrift: [{feature: pixels, warn: 0.1, fail: 0.2, window: 1d}]}\n  serving:", []),
        (MODEL, "  serving:", "  monitoring: {dataDrift: [{feature: pixels, test: ks, fail: 2, window: 1d}]}\n  serving:", ["WL262"]),  # noqa: E501
        (MODEL, "  serving:", "  monitoring: {dataDrift: [{feature: pixels, fail: 0, window: 1d}]}\n  serving:", ["WL262"]),
        (MODEL, "  serving:", "  monitoring: {dataDrift: [{feature: pixels, fail: 0.2, window: 0d}]}\n  serving:", ["WL262"]),
        (MODEL, "  serving:", "  logging: {mode: all, percent: 0.1, redact: [pixels, digit]}\n  serving:", []),
        (MODEL, "  serving:", "  logging: {percent: 101}\n  serving:", ["WL106"]),
        (environment("staging"), "promotesFrom: dev", "promotesFrom: local", ["WL221"]),
        (environment("staging"), "promotesFrom: dev", "promotesFrom: staging", ["WL222"]),
        (environment("prod"), "name: prod", "name: production", ["WL202"]),
        (MODEL, "  task: c", '  retraining: {schedule: {cron: "30 2 * * 1"}}\n  task: c', []),
        (MODEL, "  task: c", '  retraining: {schedule: {cron: "30 3 * * 1", timezone: Europe/Berlin}}\n  task: c', []),
        (MODEL, "  task: c", '  retraining: {schedule: {cron: "30 2 * * 1", timezone: Asia/Tokyo}}\n  task: c', []),
        (MODEL, "  task: c", '  retraining: {schedule: {cron: "* */2 * * *", timezone: Europe/Berlin}}\n  task: c', ["WL252"]),
        (MODEL, "  task: c", '  retraining: {schedule: {cron: "0 3 1 * 1", timezone: Europe}}\n  task: c', ["WL250", "WL251"]),
        (MODEL, "  task: c", '  retraining: {schedule: {cron: "0 3 * * 1", timezone: ../UTC}}\n  task: c', ["WL251"]),
        (MODEL, "name: train\n", "name: tool\n", ["WL233"]),
        (MODEL, "name: train\n", "name: refresh\n", ["WL233"]),
        (environment("dev"), "spec:", "spec:\n  training: {timeout: 2h}", []),
        (environment("dev"), "spec:", "spec:\n  training: {parallelism: 0}", ["WL106"]),
    ],
)  # fmt: skip
def test_edges(path: str, old: str, new: str, expected: list[str]) -> None:
    assert codes(edited(path, old, new)) == expected


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("STORE_PASSWORD", "hunter2", True),
        ("API_KEY", "x", True),
        ("apiKey", "x", True),
        ("GITHUB_TOKEN", "x", True),
        ("NOTHING", "AKIAIOSFODNN7EXAMPLE", True),
        ("NOTHING", "ghp_" + "a1B2" * 9, True),
        ("NOTHING", "postgresql://user:pass@host/db", True),
        ("NOTHING", "dGhpcyBpcyBhIHZlcnkgbG9uZyBzZWNyZXQ5Q", True),
        ("SECRET_NAME", "store", False),
        ("TOKEN_LIMIT", "512", False),
        ("TOKENIZERS_PARALLELISM", "false", False),
        ("AWS_ACCESS_KEY_ID", "named-elsewhere", False),
        ("KEYBOARD", "qwertz", False),
        ("DATA_DIR", "/mnt/data/very/long/path/With/Capitals/0001", False),
        ("STORE_PASSWORD", "", False),
    ],
)
def test_what_looks_like_a_secret(name: str, value: str, found: bool) -> None:
    new = f'params: {{max_depth: 8}}\n        env: [{{name: {name}, value: "{value}"}}]'
    diagnostics = judged(edited(MODEL, "params: {max_depth: 8}", new))
    assert [one.code for one in diagnostics] == (["WL215"] if found else [])
    assert not value or all(value not in f"{one.message}{one.hint}" for one in diagnostics)


def test_a_secret_in_an_overlay_is_found_too() -> None:
    patch = "{serving: {env: [{name: TOKEN, value: abc}]}}"
    assert codes(base() | overlay("digits", "{model: vision/digits}", patch)) == ["WL215"]


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("{serving: {maxReplicas: 4, resources: {cpu: '2'}, env: [{name: A, value: b}]}}", []),
        ("{evaluation: {gates: [{metric: f1, min: 0.9}]}}", []),
        ("{evaluation: {gates: [{metric: f2, min: 0.9}]}}", ["WL212"]),
        ("{pipeline: {stages: [{name: train, resources: {memory: 4Gi}}]}}", []),
        ("{pipeline: {stages: [{name: train, cmd: other}]}}", ["WL226"]),
        ("{pipeline: {stages: [{name: trian, resources: {memory: 4Gi}}]}}", ["WL101", "WL227"]),
        ("{pipeline: {requirements: other.txt}}", ["WL226"]),
        ("{data: []}", ["WL226"]),
        ("{serving: {output: {digit: {type: number}}}}", ["WL226"]),
        ("{serving: {maxReplicas: many}}", ["WL102"]),
        ("{serving: {replicas: 4}}", ["WL103"]),
        ("{serving: {resources: {cpu: 2 cores}}}", ["WL131"]),
        ("{serving: null}", ["WL226"]),
    ],
)
def test_what_an_overlay_may_set(patch: str, expected: list[str]) -> None:
    found = judged(base() | overlay("digits", "{model: vision/digits}", patch))
    assert sorted({one.code for one in found}) == sorted(expected)
    assert {one.place.path for one in found if one.place} <= {"environments/prod/overlays/digits.yaml"}


def test_two_overlays_at_one_level() -> None:
    one = overlay("a", "{model: vision/digits}", "{serving: {maxReplicas: 4}}")
    other = overlay("b", "{model: vision/digits}", "{serving: {minReplicas: 1}}")
    team = overlay("c", "{team: vision}", "{serving: {maxReplicas: 5}}")
    whole = overlay("d", "{model: vision/digits}", "{serving: {maxReplicas: null}}")
    assert codes(base() | one | other | team) == []
    assert codes(base() | one | whole) == ["WL228"]
    elsewhere = overlay("a", "{model: vision/digits}", "{serving: {maxReplicas: 4}}", where="dev")
    assert codes(base() | elsewhere | overlay("b", "{model: vision/digits}", "{serving: {maxReplicas: 5}}")) == []


def test_a_selection_that_matches_nothing_is_a_warning() -> None:
    found = judged(base() | overlay("gold", "{selector: {tier: gold}}", "{serving: {maxReplicas: 4}}"))
    assert [(one.code, str(one.severity)) for one in found] == [("WL227", "warning")]


def test_a_broken_document_is_not_a_missing_one() -> None:
    """A team, a dataset and an environment that cannot be read cause no finding in what refers to them."""
    broken = {"specs/vision/team.yaml": b"[", DATASET: b"", environment("dev"): b"\xff"}
    assert codes(base() | broken) == ["WL011", "WL009", "WL001"]


def test_a_model_called_datasets_has_no_place() -> None:
    text = base()[MODEL].replace(b"name: digits", b"name: datasets")
    assert codes(base() | {"specs/vision/datasets/model.yaml": text}) == ["WL201"]


def test_other_peoples_yaml_is_nobodys_business() -> None:
    more = {"specs/vision/digits/conf/model.yaml": b"lr: 1e-3\n", "specs/vision/digits/dvc.yaml": b"&a : *a"}
    assert codes(base() | more) == []


@pytest.mark.parametrize("name", ["latest", "v1", "v27", "local", "policies"])
def test_reserved_names_of_environments(name: str) -> None:
    text = base()[environment("prod")].replace(b"name: prod", f"name: {name}".encode())
    files = {path: data for path, data in base().items() if path != environment("prod")}
    assert codes(files | {environment(name): text}) == ["WL224"]


def test_a_link_that_leads_out_is_outside() -> None:
    reading = validate.read(base())
    facts = {path: Fact("outside") if path.endswith("train.py") else Fact("file") for path in asks(reading.project, ())}
    assert {one.code for one in validate.judge(reading, facts, "2026-03-03")} == {"WL217"}


RIVAL = "specs/vision/letters/model.yaml"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("task: c", "task: c", None),
        ("names: [f1, accuracy]", "names: [accuracy]", "which has no such metric"),
        ("slices: [digit]", "slices: [writer]", "which it has no slices by"),
        ("dataset: digits", "dataset: letters", "which is judged on other data"),
    ],
)
def test_a_challenger_and_its_rival_must_be_comparable(old: str, new: str, told: str | None) -> None:
    gate = "baseline: champion, model: letters, minRelativeChange: 0.1, slice: {digit: all}"
    files = edited(MODEL, "min: 0.7", gate)
    rival = base()[MODEL].decode().replace("name: digits, team", "name: letters, team")
    assert old in rival
    files[RIVAL] = rival.replace(old, new).encode()
    files["specs/vision/datasets/letters/dataset.yaml"] = files[DATASET].replace(b"name: digits", b"name: letters")
    found = [one.message for one in judged(files) if one.code == "WL330"]
    assert [told in one for one in found] == ([] if told is None else [True])
