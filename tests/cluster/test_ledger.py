"""The receipt of an apply: it is written, or who applied is told that it is not, and the next apply writes it."""

import contextlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.faults import Faults
from tests.cluster.place import WRITES, A, Place

LATER = "{serving: {minReplicas: 5, maxReplicas: 5}}"


@pytest.fixture
def fill(served: Place) -> Iterator[Callable[[], None]]:
    """Makes the disk of the repository's `.git` full."""
    if os.geteuid() != 0:
        pytest.skip("needs root")
    git, aside = served.root / ".git", served.root.parent / "git"
    git.rename(aside)
    git.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", git], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    subprocess.run(["cp", "-a", f"{aside}/.", git], check=True)
    yield lambda: _filled(git / "filler")
    subprocess.run(["umount", "--lazy", git], check=True)


def _filled(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)


def test_a_receipt_that_finds_no_room_is_told_and_written_by_the_next_apply(
    served: Place, detour: Faults, fill: Callable[[], None]
) -> None:
    served.overlay(A, LATER)
    before = len(served.receipts())
    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).meanwhile(fill)
    said = served.apply()
    assert said.exit == 5
    assert "No space left on device" in said.err
    assert "what was written stands, and `windlass apply staging` records it" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 5
    (served.root / ".git" / "filler").unlink()
    assert len(served.receipts()) == before
    assert served.plan().actions() == {}
    served.applied()
    receipt = served.receipts()[-1]
    assert len(served.receipts()) == before + 1
    assert (receipt["outcome"], receipt["commit"]) == ("succeeded", served.git("rev-parse", "HEAD").strip())
    assert "nothing to do" in served.applied().all


def test_what_failed_is_told_besides_the_receipt_that_found_no_room(
    served: Place, detour: Faults, fill: Callable[[], None]
) -> None:
    served.overlay(A, LATER)
    detour.on("PATCH", f"{WRITES}.*/poddisruptionbudgets/", 1).meanwhile(fill)
    detour.on("PATCH", f"{WRITES}.*/deployments/", 1).answer(422, "Deployment is invalid: made up")
    said = served.apply()
    assert said.exit == 5
    assert "WL442" in said.err
    assert "No space left on device" in said.err


@pytest.fixture
def remote(served: Place, tmp_path: Path) -> Path:
    """A remote that has it all, until it refuses."""
    subprocess.run(["git", "init", "-q", "--bare", tmp_path / "remote"], check=True)
    served.git("remote", "add", "origin", str(tmp_path / "remote"))
    served.git("push", "-q", "origin", "--all")
    return tmp_path / "remote"


def test_a_ledger_that_the_remote_refuses_is_kept_and_sent_with_the_next(served: Place, remote: Path) -> None:
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    served.overlay(A, LATER)
    said = served.apply()
    assert said.exit == 5
    assert "the remote did not take branch `windlass/ledger/staging`" in said.err
    assert "what was written stands, and `windlass apply staging` records it" in said.err
    assert served.get("deployment", A)["spec"]["replicas"] == 5
    here = served.git("rev-parse", "windlass/ledger/staging")
    assert _there(remote) != here
    hook.unlink()
    assert "nothing to do" in served.applied().all
    assert _there(remote) == served.git("rev-parse", "windlass/ledger/staging") == here


def _there(remote: Path) -> str:
    words = ["git", "-C", remote, "rev-parse", "windlass/ledger/staging"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout
