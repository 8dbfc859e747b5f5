"""`kill -9` at every named point of training: the same call finishes the work, nothing is doubled, no child is left."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.train.shop import FIRST, MODEL

KILLED = Path(__file__).parent / "killed.py"
ROOT = Path(__file__).parents[2]
POINTS = {
    "train.source": FIRST[1:],
    "train.data": FIRST[1:],
    "train.tidy": FIRST[2:],
    "train.fit": FIRST[3:],
    "train.score": FIRST[4:],
    "train.test": [],
    "train.gates": [],
    "register.done": [],
    "train.recorded": [],
}


def start(shop, point):
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}/platform:{ROOT}"}
    return subprocess.Popen([sys.executable, KILLED, shop.clone.folder, point], env=environment)


@pytest.mark.parametrize("point", POINTS)
def test_killed_at_a_point(shop, point):
    assert start(shop, point).wait(60) == -signal.SIGKILL
    before = shop.ran()
    made = shop.train()
    assert made.outcome == "passed"
    # A stage whose results DVC had not yet kept when we died may run twice, any other only once.
    assert shop.ran() == POINTS[point]
    assert before + POINTS[point] == FIRST
    assert [record["outcome"] for record in shop.records("candidates")] == ["passed"]
    assert shop.train() == made


def test_killed_inside_a_stage_no_child_lives_on(shop):
    shop.change(MODEL, "cmd: python fit.py", "cmd: echo $$ > $RUNS.pid; sleep 300; python fit.py")
    parent = start(shop, "never")
    mark = Path(f"{shop.runs_file}.pid")
    _until(lambda: mark.exists() and mark.read_text().strip())
    stage = psutil.Process(int(mark.read_text()))
    group = [stage, *stage.children(recursive=True), *psutil.Process(parent.pid).children(recursive=True)]
    parent.kill()
    parent.wait()
    _, alive = psutil.wait_procs(group, timeout=2)
    assert not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]

    shop.change(MODEL, "echo $$ > $RUNS.pid; sleep 300; python fit.py", "python fit.py")
    shop.ran()
    assert shop.train().outcome == "passed"
    assert shop.ran() == ["fit", "score", "test"]


def test_ctrl_c_ends_the_children_too(shop):
    shop.change(MODEL, "cmd: python fit.py", "cmd: echo $$ > $RUNS.pid; sleep 300; python fit.py")
    parent = start(shop, "never")
    mark = Path(f"{shop.runs_file}.pid")
    _until(lambda: mark.exists() and mark.read_text().strip())
    stage = psutil.Process(int(mark.read_text()))
    parent.send_signal(signal.SIGINT)
    parent.wait(10)
    _, alive = psutil.wait_procs([stage], timeout=2)
    assert not alive


def _until(ready):
    ends = time.monotonic() + 20
    while not ready():
        assert time.monotonic() < ends
        time.sleep(0.05)
