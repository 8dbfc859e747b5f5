"""Two who write at once, one who was asleep, one who is interrupted: one writer at a time, and a receipt of each."""

import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cluster.controllers import Controllers
from tests.cluster.faults import Faults
from tests.cluster.place import WRITES, A, B, Place

LATER = "{serving: {minReplicas: 5, maxReplicas: 5}}"
ANY = "POST|PUT|PATCH|DELETE"


def somebody_else(served: Place, folder: Path) -> Place:
    """Another clone, which asks for something else of the same object."""
    shutil.copytree(served.root, folder / "other")
    other = Place(folder / "other", served.prefix, served.admin)
    other.overlay(A, "{serving: {minReplicas: 4, maxReplicas: 4}}")
    served.overlay(A, LATER)
    return other


def test_one_that_slept_longer_than_its_lease_writes_nothing_more(
    served: Place, detour: Faults, tmp_path: Path
) -> None:
    """It is stopped in the middle, another takes over and finishes something else, and it wakes up."""
    other = somebody_else(served, tmp_path)
    served.leaves(B)
    running: list[subprocess.Popen[str]] = []
    slept = detour.on("PATCH", f"{WRITES}.*/poddisruptionbudgets/", 1)
    slept.meanwhile(lambda: running[0].send_signal(signal.SIGSTOP))
    running.append(served.start("apply", "staging", "--yes", seconds=4))
    _until(lambda: slept.seen > 0)
    said = other.apply()
    while said.exit == 4:  # what was under way came after it had looked
        said = other.apply()
    assert said.exit == 0, said.all
    time.sleep(0.2)
    before, seen = other.inventory(), len(detour.writes)
    running[0].send_signal(signal.SIGCONT)
    out, err = running[0].communicate(timeout=60)
    assert running[0].returncode == 5, out + err
    assert "WL575" in err
    late = [one for one in detour.writes[seen:] if one.status is not None and one.status < 300]
    assert late == []
    assert served.get("deployment", A)["spec"]["replicas"] == 4
    assert served.get("deployment", B) is not None
    assert other.inventory() == before
    assert served.receipts()[-1]["outcome"] == "failed"
    assert not served.receipts()[-1]["served"][A]["healthy"]


def test_a_write_that_was_under_way_for_longer_than_a_lease_changes_nothing(
    served: Place, detour: Faults, tmp_path: Path
) -> None:
    """It was sent in time and comes after another apply has written the same object."""
    other = somebody_else(served, tmp_path)
    running: list[subprocess.Popen[str]] = []
    told = []

    def sleep() -> None:
        running[0].send_signal(signal.SIGSTOP)
        told.append(other.apply().exit)

    late = detour.on("PATCH", f"{WRITES}.*/deployments/", 1)
    late.meanwhile(sleep)
    running.append(served.start("apply", "staging", "--yes", seconds=4))
    _until(lambda: bool(told))
    assert told == [0]
    running[0].send_signal(signal.SIGCONT)
    assert running[0].communicate(timeout=60) is not None
    assert running[0].returncode in (4, 5)
    assert [one.status for one in detour.writes if "/deployments/" in one.path] == [409, 200], "as they came"
    assert served.get("deployment", A)["spec"]["replicas"] == 4


def test_two_at_once_from_two_clones_are_one_after_the_other(served: Place, detour: Faults, tmp_path: Path) -> None:
    """The second waits, sees that what it planned moved, and is refused; then it is as the second asks."""
    served.overlay(A, LATER)
    shutil.copytree(served.root, tmp_path / "other")
    other = Place(tmp_path / "other", served.prefix, served.admin)
    began = detour.on("PATCH", f"{WRITES}.*/deployments/", 1)
    looked = detour.on("GET", "/leases/")
    # the first looks once, the other until it is given back
    began.meanwhile(lambda: _until(lambda: looked.seen > 2, seconds=12))
    first = served.start("apply", "staging", "--yes")
    second = other.start("apply", "staging", "--yes")
    told = [one.communicate(timeout=120) for one in (first, second)]
    assert sorted((first.returncode, second.returncode)) in ([0, 0], [0, 4]), told
    assert began.seen == 1, "written once"
    if 4 in (first.returncode, second.returncode):
        assert "WL410" in told[0][1] + told[1][1]
    assert served.get("deployment", A)["spec"]["replicas"] == 5
    assert "nothing to do" in (served if first.returncode == 0 else other).applied().all


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_ctrl_c_ends_the_request_under_way_and_tells_it(served: Place, detour: Faults, number: signal.Signals) -> None:
    served.overlay(A, LATER)
    served.leaves(B)
    running: list[subprocess.Popen[str]] = []

    def interrupt() -> None:
        running[0].send_signal(number)
        time.sleep(1)

    detour.on("DELETE", "/deployments/", 1).meanwhile(interrupt)
    running.append(served.start("apply", "staging", "--yes"))
    out, err = running[0].communicate(timeout=60)
    assert running[0].returncode == 128 + number, out + err
    assert "interrupted" in err
    receipt = served.receipts()[-1]
    told = {(one["kind"], one["action"]): one["outcome"] for one in receipt["objects"]}
    assert receipt["outcome"] == "interrupted"
    assert (told["Deployment", "update"], told["Deployment", "delete"]) == ("done", "done")
    assert served.get("deployment", B) is None
    assert told["Service", "delete"] == "skipped"
    assert served.get("service", B) is not None
    assert not receipt["served"][A]["healthy"], "nobody saw whether it works"
    assert not served.get("lease", served.home, "windlass-staging")["spec"].get("holderIdentity"), "it is given back"
    assert set(served.all()) <= served.members(), "nothing that is there is forgotten"
    detour.clear()
    served.applied()
    assert served.receipts()[-1]["served"][A]["healthy"]
    assert served.get("service", B) is None


def test_ctrl_c_while_nobody_answers_is_heard_soon(served: Place, detour: Faults) -> None:
    """What hangs is not asked again."""
    served.overlay(A, LATER)
    hanging = detour.on("PATCH", f"{WRITES}.*/deployments/")
    hanging.hang()
    running = served.start("apply", "staging", "--yes", seconds=6)
    _until(lambda: hanging.seen > 0)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, out + err
    assert time.monotonic() - began < 10
    assert hanging.seen == 1
    assert served.receipts()[-1]["outcome"] == "interrupted"
    assert {one["kind"]: one["outcome"] for one in served.receipts()[-1]["objects"]}["Deployment"] == "failed"


def test_ctrl_c_while_it_is_waited_for_health(place: Place, controllers: Controllers, detour: Faults) -> None:
    """Everything is written and nobody saw it work: so nobody says that it does, until the next apply has looked."""
    controllers.broken.add("team-001-model-00001")
    running = place.start("apply", "staging", "--yes")
    wrote = detour.on("PATCH", f"{WRITES}.*/windlass-staging", 2)
    wrote.meanwhile(lambda: running.send_signal(signal.SIGINT))
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, out + err
    receipt = place.receipts()[-1]
    assert receipt["outcome"] == "interrupted"
    assert not receipt["served"][B]["healthy"]
    assert place.apply().exit == 1, "it does not work, and is told so although there is nothing left to write"


def _until(so: Callable[[], bool], seconds: float = 60) -> None:
    limit = time.monotonic() + seconds
    while not so():
        assert time.monotonic() < limit
        time.sleep(0.05)
