"""What the runner says when its worker, or the team's command, ends in an unusual way."""

import json
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from tests.fakes.progress import HeardProgress
from windlass.adapters.dvc_runner import DvcRunner
from windlass.model.failure import Findings, World
from windlass.model.workload import EnvEntry, Pipeline, Profile, Search, SearchObjective, Step

WORDS = {"team": "t", "model": "m", "environment": "local", "source": "s", "requirements": "r"}
PYTHON = Path(sys.executable)


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work" / "specs").mkdir(parents=True)
    heard = HeardProgress()

    def command(text, env=(), search=None):
        step = Step(name="test", kind="test", profile="default", command=text, search=search)
        profile = Profile(name="default", env=tuple(env))
        pipeline = Pipeline(name="p", purpose="train", folder="specs", profiles=(profile,), steps=(step,), **WORDS)
        with DvcRunner(tmp_path / "work", tmp_path / "cache", heard) as runner:
            runner.run(pipeline, step, PYTHON, {})
        return heard.printed

    return command


def test_output_is_shown_whole_and_kept(run, tmp_path):
    assert run("echo one; echo two >&2; printf three") == "one\ntwo\nthree"
    assert (tmp_path / "work/logs/train/test.log").read_text() == "one\ntwo\nthree"


def test_much_output_does_not_block(run):
    assert len(run("seq 1 200000").splitlines()) == 200_000


def test_output_that_is_no_text(run):
    assert "\ufffd" in run("printf '\\377\\376'")


def test_the_model_s_interpreter_comes_first_and_ours_does_not_leak(run):
    said = run("command -v python; echo path=$PYTHONPATH shell=$SHELL")
    assert said.splitlines() == [str(PYTHON.parent / "python"), "path= shell=/bin/sh"]


def test_declared_variables_and_secrets(run, monkeypatch):
    monkeypatch.setenv("WINDLASS_SECRET_MY_STORE_TOKEN", "hush")
    entries = [EnvEntry(name="A", value="1 2"), EnvEntry(name="B", secret_ref={"name": "my-store", "key": "token"})]
    assert run('echo "$A|$B"', entries) == "1 2|hush\n"
    monkeypatch.delenv("WINDLASS_SECRET_MY_STORE_TOKEN")
    with pytest.raises(Findings, match="secret"):
        run("true", entries)


def test_a_command_that_is_killed(run):
    with pytest.raises(Findings) as failed:
        run("kill -9 $$")
    assert "was killed (signal 9; often memory ran out)" in failed.value.diagnostics[0].message


def test_a_worker_that_is_gone_is_the_world_s_fault(run):
    with pytest.raises(World) as failed:
        run("echo before the end; kill -9 $PPID")
    (found,) = failed.value.diagnostics
    assert found.code == "WL504"
    assert "signal 9" in found.message
    assert "before the end" in failed.value.output


def test_nothing_is_left_behind(run):
    run("sleep 300 >/dev/null 2>&1 & echo started")
    left = [child for child in psutil.Process().children(recursive=True) if child.status() != psutil.STATUS_ZOMBIE]
    assert [child for child in left if "sleep" in child.name()] == []


def test_without_input_a_command_does_not_wait_for_us(run):
    assert run("cat; echo done") == "done\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_a_stage_runs_anew_although_nothing_changed_where_that_is_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    folder = tmp_path / "work" / "specs"
    folder.mkdir(parents=True)
    stage = {"cmd": "cat code >> ../../runs; echo made > made", "deps": ["code"], "outs": ["made"]}
    (folder / "dvc.yaml").write_text(json.dumps({"stages": {"make": stage}}))
    (folder / "code").write_text("ran\n")
    step = Step(name="make", kind="stage", profile="default", command=stage["cmd"], deps=("code",), outs=("made",))
    profiles = (Profile(name="default"),)
    pipeline = Pipeline(name="p", purpose="train", folder="specs", profiles=profiles, steps=(step,), **WORDS)
    with DvcRunner(tmp_path / "work", tmp_path / "cache", HeardProgress()) as runner:
        outcomes = [runner.run(pipeline, step, PYTHON, {}, anew).outcome for anew in (False, False, True)]
    assert outcomes == ["ran", "unchanged", "ran"]
    assert (tmp_path / "runs").read_text() == "ran\nran\n"


def test_the_world_s_trouble_in_a_search_is_no_fault_of_the_team(run):
    search = Search(
        digest="sha256:" + "0" * 64,
        objective=SearchObjective(metric="f1", direction="maximize", path="m.json"),
        algorithm="random",
        seed=0,
        parameters=(),
        max_trials=1,
        parallel_trials=1,
        max_failed_trials=0,
        trials=({},),
        stages=(),
    )
    with pytest.raises(World) as failure:
        run("echo the disk is full; exit 5", search=search)
    assert "the disk is full" in failure.value.output
    with pytest.raises(Findings):
        run("exit 1", search=search)
    with pytest.raises(Findings):
        run("exit 5")
