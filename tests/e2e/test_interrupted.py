"""Ctrl-C and other ends from outside: exit 130 (SIGTERM: 143), no child is left, and the same command goes on."""

import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable

import pytest

from tests.e2e import orchard as place
from tests.e2e.orchard import FIRST, FOLDER, SLUG, Orchard, Said, finished

pytestmark = pytest.mark.slow
SLOW = place.TOLD.format("fit") + "import time\nprint('fitting', flush=True)\ntime.sleep(600)\n"
FIT = str(place.FILES[f"{FOLDER}/fit.py"])
POINTS = "end:data train.tidy register.run register.version bento.built release.journal serve.launched serve.started apply.receipt"


def _in_the_middle(orchard: Orchard, end: Callable[["subprocess.Popen[str]"], None], **options: bool) -> Said:
    """Start, wait until stage `fit` runs, end it."""
    orchard.clone.write({f"{FOLDER}/fit.py": SLOW})
    process = orchard.start("up", SLUG, "--port", str(orchard.port), **options)
    limit = time.monotonic() + 60
    while not (orchard.runs_file.exists() and "fit" in orchard.runs_file.read_text()):
        assert time.monotonic() < limit
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    began = time.monotonic()
    end(process)
    said = finished(process, began)
    orchard.check(said)
    return said


def _goes_on(orchard: Orchard) -> None:
    assert orchard.services() == []
    assert orchard.ran() == ["source", "tidy", "fit"]
    orchard.clone.write({f"{FOLDER}/fit.py": FIT})
    orchard.up()
    assert orchard.ran() == ["fit", "score", "test"]
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select status from runs") == [("FINISHED",)]
    assert orchard.predicts() == 4
    assert "nothing to do" in orchard.up().text


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_ctrl_c_in_the_middle_of_a_stage(number: signal.Signals, orchard: Orchard) -> None:
    said = _in_the_middle(orchard, lambda process: process.send_signal(number))
    orchard.quiet(2.0)
    assert said.exit == 128 + number, said.text
    assert said.seconds < 2
    assert "interrupted" in said.err
    assert "Traceback" not in said.text
    _goes_on(orchard)


def test_ctrl_c_as_a_terminal_sends_it_to_the_whole_group(orchard: Orchard) -> None:
    said = _in_the_middle(orchard, lambda process: os.killpg(process.pid, signal.SIGINT), start_new_session=True)
    orchard.quiet(2.0)
    assert said.exit == 130, said.text
    assert "Traceback" not in said.text
    _goes_on(orchard)


def test_an_impatient_person_presses_it_again(orchard: Orchard) -> None:
    def twice(process: "subprocess.Popen[str]") -> None:
        for _ in range(3):
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
            time.sleep(0.02)

    said = _in_the_middle(orchard, twice)
    orchard.quiet(2.0)
    assert said.exit in (130, -signal.SIGINT), said.text
    assert "Traceback" not in said.text
    _goes_on(orchard)


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name)
def test_another_end_in_the_middle_of_a_stage(number: signal.Signals, orchard: Orchard) -> None:
    said = _in_the_middle(orchard, lambda process: process.send_signal(number))
    orchard.quiet(2.0)
    assert said.exit in (-number, 128 + number)
    assert "Traceback" not in said.text
    _goes_on(orchard)


@pytest.mark.parametrize("point", POINTS.split())
def test_ctrl_c_at_a_point(point: str, orchard: Orchard) -> None:
    said = orchard.says("up", SLUG, "--port", str(orchard.port), point=point, by="SIGINT")
    orchard.quiet(2.0)
    assert said.exit == 130, said.text
    assert "Traceback" not in said.text
    orchard.up()
    assert Counter(orchard.ran()) == Counter(FIRST)
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select status from runs") == [("FINISHED",)]
    assert orchard.release()["spec"]["generation"] == 1
    assert len(orchard.pids()) == 1
    assert orchard.predicts() == 4
    assert "nothing to do" in orchard.up().text


def test_killed_again_and_again_with_a_little_more_time_each(orchard: Orchard) -> None:
    """Not at points that somebody thought of, but whenever."""
    lives, ended = 0.3, False
    for _ in range(40):
        began = time.monotonic()
        process = orchard.start("up", SLUG, "--port", str(orchard.port))
        try:
            said = finished(process, began, limit=lives)
            ended = True
        except AssertionError:
            orchard.quiet(2.0)
            assert orchard.changed() == []
            lives += 0.45
            continue
        orchard.check(said)
        break
    assert ended, "no progress is ever made"
    assert said.exit == 0, said.text
    assert Counter(orchard.ran()).keys() == set(FIRST)
    assert orchard.rows("select version from model_versions") == [(1,)]
    assert orchard.rows("select status from runs") == [("FINISHED",)]
    assert orchard.release()["spec"]["generation"] == 1
    assert len(orchard.pids()) == 1
    assert orchard.predicts() == 4
    assert "nothing to do" in orchard.up().text
