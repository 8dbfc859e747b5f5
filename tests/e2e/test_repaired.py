"""What moved, went or died behind our back: seen, said, and put right by the next command, and nothing else happens."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.e2e.orchard import FIRST, MODEL, REGISTERED, SLUG, Orchard

pytestmark = pytest.mark.slow
CLIENT = """
import sys
from mlflow import MlflowClient
client = MlflowClient(tracking_uri=sys.argv[1], registry_uri=sys.argv[1])
verb, *rest = sys.argv[2:]
getattr(client, verb)(*rest)
"""


def _mlflow(orchard: Orchard, *words: str) -> None:
    """A plain MLflow user."""
    uri = f"sqlite:///{orchard.state / 'mlflow.db'}"
    subprocess.run([sys.executable, "-c", CLIENT, uri, *words], check=True, capture_output=True)


def _facts(orchard: Orchard) -> tuple[object, ...]:
    """Everything that a repair must not change."""
    return (
        orchard.rows("select name, version, run_id, storage_location from model_versions"),
        orchard.rows("select run_uuid, status from runs"),
        sorted(path.name for path in (orchard.state / "cache/bentos").iterdir()),
        orchard.release(),
        orchard.changed(),
    )


def _gone(pid: int) -> bool:
    """Ended; a zombie that nobody reaps runs nothing."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest.mark.parametrize("whom", ["leader", "everybody"])
def test_a_service_that_was_killed(orchard: Orchard, whom: str) -> None:
    orchard.up()
    before, (pid,) = _facts(orchard), orchard.pids()
    orchard.ran()
    workers = psutil.Process(pid).children(recursive=True) if whom == "everybody" else []
    for victim in (psutil.Process(pid), *workers):
        victim.send_signal(signal.SIGKILL)
    limit = time.monotonic() + 5
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < limit
        time.sleep(0.05)
    assert "dead" in orchard.does("status").out
    orchard.up()
    assert orchard.predicts() == 4
    assert orchard.pids() != [pid]
    assert orchard.ran() == []
    assert _facts(orchard) == before
    assert "serving" in orchard.does("status").out
    assert orchard.strays() == []
    assert "nothing to do" in orchard.up().text


def _two_versions(orchard: Orchard) -> None:
    orchard.up()
    orchard.edit(MODEL, "factor: 2", "factor: 3")
    orchard.clone.commit("a larger factor")
    orchard.up()
    assert orchard.alias("local") == "2"
    orchard.ran()


def test_an_alias_moved_by_hand(orchard: Orchard) -> None:
    _two_versions(orchard)
    before, pids = _facts(orchard), orchard.pids()
    _mlflow(orchard, "set_registered_model_alias", REGISTERED, "local", "1")
    said = orchard.says("plan", "local", "--exit-code")
    assert said.exit == 3, said.text
    assert "moved by hand to version 1" in said.text
    orchard.up()
    assert orchard.alias("local") == "2"
    assert _facts(orchard) == before
    assert orchard.pids() == pids
    assert orchard.ran() == []
    assert orchard.says("plan", "local", "--exit-code").exit == 0


def test_an_alias_taken_away_by_hand_is_put_back_by_apply(orchard: Orchard) -> None:
    orchard.up()
    before, pids = _facts(orchard), orchard.pids()
    _mlflow(orchard, "delete_registered_model_alias", REGISTERED, "local")
    said = orchard.does("plan", "local")
    assert f"Alias {REGISTERED}@local" in said.text
    orchard.does("apply", "local", "--yes")
    assert orchard.alias("local") == "1"
    assert _facts(orchard) == before
    assert orchard.pids() == pids


def test_a_registry_that_was_deleted_is_built_again_from_the_store(orchard: Orchard) -> None:
    _two_versions(orchard)
    query = """select t.value, v.version from model_versions v join model_version_tags t
               on t.name = v.name and t.version = v.version and t.key = 'windlass.model' order by v.version"""
    before, pids = orchard.rows(query), orchard.pids()
    (orchard.state / "mlflow.db").unlink()
    shutil.rmtree(orchard.state / "mlflow")
    orchard.up()
    assert orchard.rows(query) == before, "the same versions hold the same bytes"
    assert orchard.alias("local") == "2"
    assert orchard.rows("select distinct status from runs") == [("FINISHED",)]
    assert orchard.pids() == pids
    assert orchard.ran() == []
    assert "nothing to do" in orchard.up().text


@pytest.mark.parametrize("lost", ["work", "models", "bentos"])
def test_what_can_be_made_again_may_be_thrown_away(orchard: Orchard, lost: str) -> None:
    orchard.up()
    before, pids = _facts(orchard), orchard.pids()
    orchard.ran()
    shutil.rmtree(orchard.state / "local" / lost)
    said = orchard.up()
    assert "nothing to do" in said.text
    assert _facts(orchard) == before
    assert orchard.pids() == pids
    assert orchard.ran() == []


def test_the_cache_may_be_thrown_away(orchard: Orchard) -> None:
    orchard.up()
    shutil.rmtree(orchard.state / "cache")
    orchard.ran()
    assert "nothing to do" in orchard.up().text
    orchard.does("down")
    orchard.up()
    assert orchard.predicts() == 4
    assert orchard.ran() == []


def test_a_parameter_there_and_back(orchard: Orchard) -> None:
    orchard.up()
    assert orchard.ran() == FIRST
    orchard.edit(MODEL, "factor: 2", "factor: 3")
    said = orchard.up()
    assert orchard.ran() == ["fit", "score", "test"]
    assert "factor 2 -> 3" in said.text
    assert orchard.predicts() == 6
    orchard.edit(MODEL, "factor: 3", "factor: 2")
    orchard.up()
    assert orchard.ran() == [], "restored, not trained"
    assert orchard.predicts() == 4
    assert orchard.rows("select version from model_versions order by version") == [(1,), (2,)]
    assert orchard.alias("local") == "1"
    assert orchard.release()["spec"]["generation"] == 3
    assert len(orchard.pids()) == 1
    assert orchard.changed() == [f" M {MODEL}"] or orchard.changed() == []


def test_a_pid_that_somebody_else_has_now_is_not_ours(orchard: Orchard) -> None:
    """A record that outlived a restart of the machine names a process of somebody else."""
    import json

    orchard.up()
    orchard.does("down")
    (orchard.state / "local/run/orchard").mkdir(parents=True, exist_ok=True)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    try:
        record = orchard.state / "local/run" / f"{SLUG}.json"
        orchard.up()
        told = json.loads(record.read_text())
        os.kill(told["pid"], signal.SIGKILL)
        record.write_text(json.dumps({**told, "pid": stranger.pid}))
        assert "dead" in orchard.does("status").out
        orchard.up()
        assert stranger.poll() is None, "the stranger lives"
        assert orchard.predicts() == 4
    finally:
        stranger.kill()
        stranger.wait()


def test_a_service_that_hangs_is_seen_and_started_again(orchard: Orchard) -> None:
    orchard.up()
    (pid,) = orchard.pids()
    psutil.Process(pid).suspend()
    record = orchard.state / "local/run" / f"{SLUG}.json"
    assert "starting" in orchard.does("status").out, "it may still load its model"
    record.write_text(re.sub(r'"startedAt": "[^"]*"', '"startedAt": "2026-01-01T00:00:00+00:00"', record.read_text()))
    assert "silent" in orchard.does("status").out
    assert "nobody was answered for" in orchard.up().text
    assert orchard.predicts() == 4
    assert orchard.pids() != [pid]
    assert _gone(pid)
    assert "serving" in orchard.does("status").out


def test_a_service_whose_record_was_lost_can_be_stopped(orchard: Orchard) -> None:
    orchard.up()
    (pid,) = orchard.pids()
    (orchard.state / "local/run" / f"{SLUG}.json").write_text("{")
    assert "lost" in orchard.does("status").out
    assert f"stopped {SLUG} in local" in orchard.does("down").out
    assert _gone(pid)
    assert "stopped" in orchard.does("status").out
