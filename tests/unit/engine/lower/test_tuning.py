"""A tuning becomes a stage: what a trial runs, what it reads, in which container, and what a cluster makes of it."""

import pytest

from tests.unit.engine.lower.test_pipeline import lower
from tests.unit.engine.lower.test_training import placed
from windlass.engine.lower import pipeline
from windlass.engine.lower.tuning import spread
from windlass.model.workload import Pipeline, Step

TUNING = {
    "objective": {"metric": "f1", "direction": "maximize"},
    "maxTrials": 3,
    "parallelTrials": 2,
    "parameters": [{"name": "depth", "searchSpace": {"int": {"min": 1, "max": 9}}}],
}
STAGES = """\
tuning:
  objective: {metric: f1, direction: maximize}
  maxTrials: 3
  parameters: [{name: depth, searchSpace: {int: {min: 1, max: 9}}}]
pipeline:
  stages:
    - {name: clean, cmd: c, deps: [clean.py], outs: [rows]}
    - {name: embed, cmd: e, deps: [embed.py, rows], outs: [vectors], params: {size: 3}}
    - name: fit
      cmd: f
      deps: [fit.py, rows/part.csv, vectors]
      params: {depth: 5, trees: 9}
      outs: [model]
      env: [{name: SEED, value: "7"}]
      resources: {cpu: "2", memory: 1Gi, gpu: 1}
    - {name: plot, cmd: p, deps: [model], outs: [plot.svg]}
    - {name: score, cmd: s, deps: [model, score.py], metrics: [{path: scores.json, names: [f1]}], resources: {memory: 4Gi}}
    - {name: tell, cmd: t, deps: [scores.json], outs: [told.md], params: {depth: 5}}
"""


@pytest.fixture
def tuned() -> Pipeline:
    return lower(STAGES)


def step(found: Pipeline, name: str) -> Step:
    return next(one for one in found.steps if one.name == name)


def test_a_trial_runs_what_lies_between_the_parameter_and_the_objective(tuned):
    search = step(tuned, "tune").search
    assert [stage.name for stage in search.stages] == ["fit", "score"], "not what comes before, beside or after"
    assert [(stage.command, stage.outs) for stage in search.stages] == [("f", ("model",)), ("s", ("scores.json",))]
    assert search.objective.path == "scores.json"
    assert len(search.trials) == 3
    assert search.trials[0] == {"depth": 5}


def test_the_search_reads_what_trials_read_and_do_not_make(tuned):
    tune = step(tuned, "tune")
    assert tune.deps == ("fit.py", "rows/part.csv", "score.py", "vectors")
    assert tune.depends_on == ("clean", "embed")
    assert tune.params == ("trees",)
    assert (tune.command, tune.outs) == ("windlass tune", ("best.json", "trials.json"))


def test_who_uses_a_tuned_parameter_reads_what_was_chosen_and_nothing_else(tuned):
    for name in ("fit", "tell"):
        assert "best.json" in step(tuned, name).deps
        assert "tune" in step(tuned, name).depends_on
        assert "depth" not in step(tuned, name).params
    for name in ("clean", "embed", "plot", "score"):
        assert "best.json" not in step(tuned, name).deps
    assert [parameter.name for parameter in tuned.parameters] == ["size", "trees"]


def test_a_trial_s_container_asks_for_the_most_that_a_stage_asks_for(tuned):
    (profile,) = [one for one in tuned.profiles if one.name == step(tuned, "tune").profile]
    assert profile.resources.cpu_millis.request == 2000
    assert profile.resources.memory_bytes.request == 4 << 30
    assert profile.resources.gpu is not None
    assert [(entry.name, entry.value) for entry in profile.env] == [("SEED", "7")]
    assert {one.name for one in tuned.profiles} >= {step(tuned, "fit").profile, step(tuned, "score").profile}


def test_how_many_run_at_once_is_no_other_search_and_what_trials_run_is():
    digests = {
        lower(STAGES.replace(old, new)).search.digest
        for old, new in (
            ("", ""),
            ("maxTrials: 3", "maxTrials: 3\n  parallelTrials: 3\n  maxFailedTrials: 2"),
            ("maxTrials: 3", "maxTrials: 3\n  algorithm: random\n  seed: 0"),
        )
    }
    assert len(digests) == 1
    for old, new in (
        ("cmd: f", "cmd: g"),
        ("maxTrials: 3", "maxTrials: 4"),
        ("maxTrials: 3", "maxTrials: 3\n  seed: 4"),
        ("max: 9", "max: 90"),
        ("direction: maximize", "direction: minimize"),
        ("direction: maximize", "direction: maximize, goal: 0.9"),
        ("depth: 5", "depth: 4"),
    ):
        assert lower(STAGES.replace(old, new)).search.digest not in digests, new


def test_in_a_cluster_the_stage_is_two_steps():
    params = {"params": {"depth": 5, "trees": 100}}
    found = placed(train=params, spec={"tuning": TUNING})
    trial, reduce = step(found, "trial"), step(found, "reduce")
    assert (trial.kind, reduce.kind) == ("trial", "reduce")
    assert trial.search == reduce.search
    assert reduce.depends_on == ("prepare", "trial")
    assert step(found, "train").depends_on == ("prepare", "reduce")
    assert "tune" not in [one.name for one in found.steps]
    assert pipeline.ordered(found.steps) is not None
    names = [one.name for one in found.steps]
    assert all(names.index(before) < names.index(one.name) for one in found.steps for before in one.depends_on)


def test_without_a_search_nothing_is_other_than_before():
    plain = placed()
    assert spread(plain.steps) == plain.steps
    assert plain.search is None
