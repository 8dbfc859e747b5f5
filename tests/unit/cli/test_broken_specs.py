"""A mistake in one spec, seen from the other verbs: who looks is answered, who needs another model goes on, who stops can."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.trees import MODEL, laid_out, windlass
from windlass.runtime import launch

NOTE = "1 file has findings that do not matter here: `windlass validate`\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The base repository with a second model whose spec is broken."""
    root = laid_out(tmp_path / "repo", git=True)
    broken = root / "specs/vision/faces/model.yaml"
    broken.parent.mkdir()
    broken.write_text("spec: [\n")
    settings = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    for words in (["add", "-A"], [*settings, "commit", "-q", "-m", "broken"]):
        subprocess.run(["git", *words], cwd=root, check=True)
    return root


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that stands for a service, in a group of its own as services are."""
    process = subprocess.Popen(["sleep", "600"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def running(root: Path, environment: str, slug: str, process: "subprocess.Popen[bytes]") -> Path:
    runs = {"port": 3999, "model": "sha256:0", "bento": "sha256:0"}
    record = root / ".windlass" / environment / "run" / f"{slug}.json"
    record.parent.mkdir(parents=True)
    told = {"name": slug.replace("/", "-"), "startedAt": "2026-03-03T09:00:00+00:00", "runs": runs}
    told |= {"pid": process.pid, "birth": launch.birth(process.pid), "carries": {"release": "sha256:0"}}
    record.write_text(json.dumps(told))
    record.with_suffix(".log").write_text("one\ntwo\n")
    return record


def test_who_looks_is_answered_from_what_there_is(root: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    running(root, "local", "vision/faces", sleeper)
    status = windlass(root, "status", "--output", "json")
    assert (status.returncode, status.stderr) == (0, NOTE)
    (one,) = json.loads(status.stdout)
    expected = {"slug": "vision/faces", "rehearsed": False, "port": 3999, "pid": sleeper.pid}
    assert expected.items() <= one.items()
    assert one["url"] == "http://127.0.0.1:3999"
    logs = windlass(root, "logs", "vision/faces", "-n", "1")
    assert (logs.returncode, logs.stdout, logs.stderr) == (0, "two\n", NOTE)
    assert windlass(root, "logs", "vision/faces", "-n", "0").stdout == ""
    runs = windlass(root, "runs", "vision/digits")
    assert (runs.returncode, runs.stderr) == (0, NOTE)
    assert windlass(root, "audit").returncode == 0


def test_an_edit_that_is_not_locked_stops_nobody_from_looking(root: Path) -> None:
    (root / "specs/vision/faces/model.yaml").unlink()
    (root / MODEL).write_text((root / MODEL).read_text().replace("max_depth: 8", "max_depth: 9"))
    assert windlass(root, "validate").returncode == 1
    status = windlass(root, "status")
    assert (status.returncode, status.stderr) == (0, "")


def test_environments_stand_in_the_order_of_the_chain_and_rehearsals_are_called_so(root: Path) -> None:
    for port, name in enumerate(("local", "prod", "dev", "gone", "staging")):
        record = root / f".windlass/{name}/run/vision/digits.json"
        record.parent.mkdir(parents=True)
        runs = {"port": 3000 + port, "model": "sha256:0", "bento": "sha256:0"}
        told = {"name": "x", "startedAt": "then", "runs": runs, "carries": {"release": ""}, "pid": 1, "birth": "never"}
        record.write_text(json.dumps(told))
    standings = json.loads(windlass(root, "status", "--output", "json").stdout)
    assert [one["environment"] for one in standings] == ["local", "dev", "staging", "prod", "gone"]
    assert [one["rehearsed"] for one in standings] == [False, True, True, True, True]
    assert {(one["pid"], one["port"], one["url"], one["since"]) for one in standings} == {(None, None, None, None)}
    lines = windlass(root, "status").stdout.splitlines()
    assert [line.split("  ")[0] for line in lines[2:7]] == [
        "local",
        "dev, rehearsed",
        "staging, rehearsed",
        "prod, rehearsed",
        "gone, rehearsed",
    ]


@pytest.mark.parametrize("words", [("down", "vision/faces"), ("down", "--env", "gone"), ("down",)], ids=" ".join)
def test_what_runs_can_be_stopped_whatever_became_of_its_spec(
    root: Path, sleeper: "subprocess.Popen[bytes]", words: tuple[str, ...]
) -> None:
    record = running(root, "gone", "vision/faces", sleeper)
    subprocess.run(["git", "rm", "-rqf", "specs/vision/faces"], cwd=root, check=True)
    done = windlass(root, *words)
    assert (done.returncode, done.stdout) == (0, "stopped vision/faces in gone\n"), done.stderr
    assert sleeper.wait(5) != 0
    assert not record.exists()


def test_stopping_what_never_was_is_a_mistake_and_stops_nothing(root: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    running(root, "local", "vision/faces", sleeper)
    for words, code, hint in (
        (("down", "--env", "lcoal"), "WL603", "did you mean `local`?"),
        (("down", "vision/fcaes"), "WL601", "did you mean `vision/faces`?"),
        (("down", "a/b"), "WL601", "there are: vision/digits, vision/faces"),
    ):
        done = windlass(root, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert code in done.stderr
        assert hint in done.stderr
    assert sleeper.poll() is None


def test_who_needs_another_model_goes_on_and_who_needs_this_one_hears_of_it(root: Path) -> None:
    locked = windlass(root, "lock", "vision/digits")
    assert (locked.returncode, NOTE in locked.stderr) == (0, True), locked.stderr
    for words in (("up", "vision/faces"), ("plan", "local"), ("plan", "dev", "--rehearse"), ("lock",)):
        done = windlass(root, *words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "specs/vision/faces/model.yaml:1:8  WL001" in done.stderr
    planned = windlass(root, "plan", "prod", "--rehearse")
    assert (planned.returncode, NOTE in planned.stderr) == (0, True), planned.stderr


def test_a_broken_environment_stops_those_who_go_there_alone(root: Path) -> None:
    (root / "specs/vision/faces/model.yaml").unlink()
    (root / "environments/staging/environment.yaml").write_text("")
    assert windlass(root, "plan", "local").returncode == 0
    for words in (("plan", "prod", "--rehearse"), ("train", "--env", "staging", "--rehearse")):
        done = windlass(root, *words)
        assert (done.returncode, "WL009" in done.stderr) == (1, True), done.stderr
    assert windlass(root, "status", "staging").returncode == 0


def test_no_plan_file_in_a_folder_that_is_not_there(root: Path) -> None:
    done = windlass(root, "plan", "prod", "--rehearse", "--out", "nope/plan.json")
    assert (done.returncode, "WL613" in done.stderr) == (2, True)
    assert not os.path.lexists(root / "nope")
