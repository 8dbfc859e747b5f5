"""A model that is tuned, with real git and DVC: what is tried, what is chosen, what runs again and what does not."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.train.shop import MODEL
from tests.train.test_killed import KILLED, ROOT, _until
from tests.train.test_plain_dvc import prepared, typed
from windlass.engine import dvclock, resolve
from windlass.flows import load, train
from windlass.flows.training import trials
from windlass.flows.training.champions import Champions
from windlass.model.failure import Findings
from windlass.views import lock as view

TUNING = """\
  tuning:
    objective: {metric: f1, direction: maximize}
    seed: 1
    maxTrials: 4
    parallelTrials: 2
    parameters: [{name: factor, searchSpace: {int: {min: 1, max: 6}}}]
  evaluation:
"""
TRIED = ["fit", "score"]
PRICE = "specs/shop/price"


@pytest.fixture
def tuned(shop, monkeypatch):
    """The toy shop with a search for its factor: a larger one is better, up to 1."""
    monkeypatch.delenv("PYTHONPATH")  # what finds Windlass for the stage `tune` is the path of programs
    shop.change(
        f"{PRICE}/fit.py",
        "read_text())\nrows",
        "read_text()) | json.loads(pathlib.Path('best.json').read_text())\nrows",
    )
    shop.change(MODEL, "  evaluation:\n", TUNING)
    shop.clone.commit("tune the factor")
    return shop


def points(shop) -> list[int]:
    return [point["factor"] for point in json.loads((shop.clone.folder / PRICE / "tune.json").read_text())["trials"]]


def kept(shop, name):
    return shop.clone.folder / ".windlass/local/work/shop/price" / PRICE / name


def rows(shop) -> list[str]:
    return [note for note in shop.said.notes if note.startswith("  trial ")]


def test_every_trial_runs_and_the_best_is_trained(tuned):
    made = tuned.train()
    ran = tuned.ran()
    assert ran[:2] == ["source", "tidy"]
    assert sorted(ran[2:-3]) == sorted(4 * TRIED)
    assert ran[-3:] == [*TRIED, "test"]
    factors = points(tuned)
    assert (factors[0], len(set(factors))) == (2, 4), "what is declared is tried first, and nothing twice"
    best = max(factors, key=lambda factor: min(1.0, factor * 6.5 / 3 / 8))
    assert made.params == {"deep": False, "factor": best}
    assert made.metrics["f1"] > 0.6
    assert json.loads(kept(tuned, "best.json").read_text()) == {"factor": best}
    table = json.loads(kept(tuned, "trials.json").read_text())
    assert [row["point"]["factor"] for row in table["trials"]] == factors
    assert table["trials"][table["best"] - 1]["value"] == made.metrics["f1"]
    assert len(rows(tuned)) == 4
    assert any(row.startswith("  trial 1/4  factor 2  f1 0.5416") for row in rows(tuned))
    params = json.loads((tuned.clone.folder / PRICE / "params.json").read_text())
    assert "factor" not in params, "nobody can read a value that was not chosen"
    assert tuned.train() == made
    assert tuned.ran() == []


def test_what_changes_the_search_runs_it_again_and_what_does_not_does_not(tuned):
    first = tuned.train()
    tuned.ran()
    tuned.change(MODEL, "parallelTrials: 2", "parallelTrials: 1")
    tuned.change(MODEL, "min: 0.5}", "min: 0.55}")
    assert tuned.train().inputs == first.inputs
    assert tuned.ran() == []

    tuned.change(MODEL, "maxTrials: 4", "maxTrials: 5")
    second = tuned.train()
    assert sorted(tuned.ran()) == sorted([*TRIED, *([] if second.params == first.params else TRIED), "test"])
    assert ("tune", "ran", "the search changed") in tuned.said.steps
    assert len([row for row in rows(tuned) if row.endswith("known")]) == 4
    assert second.inputs != first.inputs

    tuned.change(MODEL, "maxTrials: 5", "maxTrials: 4")
    assert tuned.train().inputs == first.inputs
    assert tuned.ran() == []

    tuned.change(f"{PRICE}/score.py", "mean / 8", "1.0 * mean / 8")
    tuned.train()
    assert tuned.ran().count("fit") == 4, "four trials; what the best one trains was trained before"


def test_the_champion_and_the_record_know_what_was_tried(tuned):
    made = tuned.train()
    (record,) = tuned.records("candidates")
    search = record["inputsRecord"]["stages"]["tune"]["search"]
    assert [point["factor"] for point in search["trials"]] == points(tuned)
    assert record["params"]["factor"] == made.params["factor"]
    assert "parallelTrials" not in json.dumps(record["inputsRecord"])


def test_a_trial_that_fails_stops_the_search_unless_it_may(tuned):
    bad = points(tuned)[1]
    tuned.change(f"{PRICE}/fit.py", "os.makedirs", f"1 / (params['factor'] - {bad})\nos.makedirs")
    with pytest.raises(Findings) as failure:
        tuned.train()
    assert failure.value.diagnostics[0].code == "WL501"
    assert "ZeroDivisionError" in failure.value.output
    assert f"{PRICE}/fit.py" in failure.value.output
    assert ".dvc/tmp" not in failure.value.output
    assert not kept(tuned, "best.json").exists()
    assert any("failed: `python fit.py` ended with exit code 1" in row for row in rows(tuned))
    tuned.ran()

    tuned.change(MODEL, "maxTrials: 4", "maxTrials: 4\n    maxFailedTrials: 1")
    made = tuned.train()
    assert made.outcome == "passed"
    assert json.loads(kept(tuned, "trials.json").read_text())["trials"][1]["outcome"] == "failed"
    assert made.params["factor"] != bad


def test_a_goal_ends_the_search_at_the_first_that_reaches_it(tuned):
    tuned.change(MODEL, "direction: maximize", "direction: maximize, goal: 0.5")
    made = tuned.train()
    assert made.params["factor"] == 2, "the first trial is good enough, whatever ran beside it"
    assert tuned.ran().count("fit") <= 3, "the first, one beside it, and the model itself"
    assert len(json.loads(kept(tuned, "trials.json").read_text())["trials"]) == 1


def test_killed_inside_a_trial_no_child_lives_on_and_the_next_run_goes_on(tuned):
    third = points(tuned)[2]
    mark = Path(f"{tuned.runs_file}.pid")
    wait = (
        f"if params['factor'] == {third} and not os.path.exists('{mark}'):\n"
        f"    open('{mark}', 'w').write(str(os.getpid()))\n"
        "    __import__('time').sleep(300)\n"
    )
    tuned.change(f"{PRICE}/fit.py", "os.makedirs('model", f"{wait}os.makedirs('model")
    tuned.change(MODEL, "parallelTrials: 2", "parallelTrials: 1")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/platform:{ROOT}"}
    parent = subprocess.Popen([sys.executable, KILLED, tuned.clone.folder, "never"], env=environment)
    _until(lambda: mark.exists() and mark.read_text().strip())
    stage = psutil.Process(int(mark.read_text()))
    group = [stage, *psutil.Process(parent.pid).children(recursive=True)]
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(group, timeout=2)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]
    assert not kept(tuned, "best.json").exists()
    folders = tuned.clone.folder / ".windlass/local/work/shop/price/.dvc/tmp/trials/folders"
    (folders / "of a search that is gone").mkdir()
    tuned.ran()
    made = tuned.train()
    assert tuned.ran() == [*TRIED, *TRIED, *TRIED, "test"], (
        "two trials that were not done, and what the best one trains"
    )
    assert len([row for row in rows(tuned) if row.endswith("known")]) == 2
    assert made.outcome == "passed"
    assert not list(folders.glob("*"))


def test_trials_one_by_one_and_a_step_that_chooses_end_in_the_same_bytes(tuned):
    tuned.train()
    expected = {name: kept(tuned, name).read_bytes() for name in ("best.json", "trials.json")}
    lock = (tuned.clone.folder / PRICE / "dvc.lock").read_bytes()
    gone = (".windlass/local/work", ".windlass/local/store/dvc/runs", f"{PRICE}/dvc.lock")
    subprocess.run(["rm", "-rf", *(tuned.clone.folder / path for path in gone)], check=True)
    tuned.ran()
    ports = tuned.ports
    store = ports.store("local")
    for number in (3, 1, 4, 2):  # a pod each, in any order
        with Pod(tuned, ports) as stages:
            assert trials.trial(stages, store, number).outcome == "ran"
    assert tuned.ran() == ["tidy", *(4 * TRIED)]
    subprocess.run(["rm", "-rf", tuned.clone.folder / ".windlass/local/work/shop/price/.dvc/tmp"], check=True)
    with Pod(tuned, ports) as stages:
        trials.reduce(stages, store)
        assert trials.chosen(stages) == json.loads(expected["best.json"])
    assert tuned.ran() == [], "every trial is known by then"
    assert {name: kept(tuned, name).read_bytes() for name in expected} == expected
    assert stages.locked["tune"].outs == dvclock.parse(lock)["tune"].outs


def test_a_trial_that_fails_in_a_pod_is_a_result_and_the_step_that_chooses_counts_it(tuned):
    bad = points(tuned)[1]
    tuned.change(f"{PRICE}/fit.py", "os.makedirs", f"1 / (params['factor'] - {bad})\nos.makedirs")
    ports = tuned.ports
    store = ports.store("local")
    with Pod(tuned, ports) as stages:
        found = [trials.trial(stages, store, number).outcome for number in (1, 2, 3, 4)]
        assert found == ["ran", "failed", "ran", "ran"]
        tuned.ran()
        with pytest.raises(Findings) as failure:
            trials.reduce(stages, store)
    assert "1 of 4 trials failed, 0 may" in failure.value.output
    assert tuned.ran() == [], "what failed is not tried again by the one who counts"


def test_a_search_that_is_gone_leaves_no_file_behind(tuned):
    plan = tuned.clone.folder / PRICE / "tune.json"
    rendered = plan.read_bytes()
    tuned.change(MODEL, TUNING, "  evaluation:\n")
    assert not plan.exists()
    plan.write_bytes(rendered)
    found = load.load(tuned.ports)[1]
    assert [(one.code, one.place.path) for one in found] == [("WL301", f"{PRICE}/tune.json")]
    assert "left over" in found[0].message
    (locked,) = (one for one in tuned.lock() if one.slug == "shop/price")
    assert (locked.written, plan.exists()) == ((f"{PRICE}/tune.json",), False)
    assert f"  - {PRICE}/tune.json" in view.as_text([locked])
    plan.write_text('{"mine": true}\n')
    assert [tuned.lock()[-1].written, plan.exists(), load.load(tuned.ports)[1]] == [(), True, ()], "no file of ours"


def test_plain_dvc_runs_the_search_and_windlass_takes_it(tuned):
    prepared(tuned)
    typed(tuned, view.plain(tuned.lock()[-1]))
    assert tuned.ran().count("fit") == 5
    made = tuned.train()
    assert tuned.ran() == ["test"]
    assert made.params["factor"] in points(tuned)


class Pod:
    """The stages of the shop as a pod has them: a runner of their own, and what was made before in the store."""

    def __init__(self, shop, ports):
        self.shop, self.ports = shop, ports

    def __enter__(self):
        project = load.require(self.ports)
        environment = resolve.environment(project, "local", rehearse=False)
        run = train._run(self.ports, project, project.models["shop/price"], environment, Champions())
        python = self.ports.interpreters.ensure(run.closing.found.model.lock, self.ports.progress)
        from windlass.flows.training import workfolder

        workfolder.fill(self.ports, run.closing.found)
        self.runner = self.ports.runner(run.closing.found.work, self.ports.root / ".windlass/local/store/dvc")
        data, _ = run._data(self.runner)
        found = run._stages(self.runner, python, data, None)
        for step in found.material.pipeline.stages:
            if step.name == "tidy":
                found.take(step)
        return found

    def __exit__(self, *ended):
        self.runner.__exit__(*ended)
