"""The contract of `ports.Ledger`: receipts on branches, chained, whoever writes and however many at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import repositories
from tests.repositories import Clone
from windlass.adapters.files import DiskFiles
from windlass.adapters.git import CommandGit
from windlass.adapters.ledger import BranchLedger
from windlass.adapters.progress import TerminalProgress
from windlass.engine import ledger as chain
from windlass.model.failure import Refused
from windlass.model.receipt import Receipt

ZERO = "sha256:" + "0" * 64


def receipt(about: str, environment: str = "dev", rehearsed: bool = False) -> Receipt:
    return Receipt(
        number=0,
        environment=environment,
        rehearsed=rehearsed,
        plan=ZERO,
        render_digest=ZERO,
        actor=about,
        tool="0",
        started_at="2026-03-03T14:00:00+00:00",
        finished_at="2026-03-03T14:00:01+00:00",
        outcome="succeeded",
    )


def ledger(clone: Clone) -> BranchLedger:
    return BranchLedger(CommandGit(clone.folder), DiskFiles(), TerminalProgress())


def actors(receipts: tuple[Receipt, ...]) -> list[str]:
    return [one.actor for one in receipts]


@pytest.fixture
def alone(tmp_path: Path) -> Clone:
    repository = repositories.new(tmp_path / "alone")
    repository.commit("first", {"a.txt": "a"})
    return repository


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Clone, Clone]:
    bare = repositories.remote(tmp_path / "remote.git")
    first = repositories.clone(bare, tmp_path / "first", "Ada")
    first.commit("first", {"a.txt": "a"})
    first.git("push", "-q", "origin", "main")
    return first, repositories.clone(bare, tmp_path / "second", "Bob")


@pytest.mark.parametrize("environment", ["dev", "local"])
def test_receipts_are_numbered_and_chained(alone: Clone, environment: str) -> None:
    for about in ("one", "two", "three"):
        ledger(alone).append(receipt(about, environment))
    told = ledger(alone).receipts(environment, rehearsed=False)
    assert [(one.number, one.actor) for one in told] == [(1, "one"), (2, "two"), (3, "three")]
    assert chain.broken(told) is None
    assert told[0].previous is None
    assert told[2].previous == told[1].digest
    assert alone.git("status", "--porcelain", "--", "a.txt") == ""


def test_one_commit_and_one_file_for_each(alone: Clone) -> None:
    ledger(alone).append(receipt("one"))
    ledger(alone).append(receipt("two"))
    assert (
        alone.git("ls-tree", "-r", "--name-only", "windlass/ledger/dev") == "receipts/000001.json\nreceipts/000002.json"
    )
    assert alone.git("log", "--format=%s", "windlass/ledger/dev").splitlines() == [
        "dev: receipt 000002, succeeded",
        "dev: receipt 000001, succeeded",
    ]
    assert alone.git("branch", "--show-current") == "main"


def test_rehearsals_and_environments_have_branches_of_their_own(alone: Clone) -> None:
    ledger(alone).append(receipt("real"))
    ledger(alone).append(receipt("played", rehearsed=True))
    ledger(alone).append(receipt("other", "prod"))
    assert actors(ledger(alone).receipts("dev", rehearsed=True)) == ["played"]
    assert actors(ledger(alone).receipts("dev", rehearsed=False)) == ["real"]
    assert actors(ledger(alone).receipts("prod", rehearsed=False)) == ["other"]
    assert ledger(alone).receipts("staging", rehearsed=False) == ()


def test_another_clone_reads_what_was_pushed(pair: tuple[Clone, Clone]) -> None:
    first, second = pair
    ledger(first).append(receipt("one"))
    assert actors(ledger(second).receipts("dev", rehearsed=False)) == ["one"]
    ledger(second).append(receipt("two"))
    assert actors(ledger(first).receipts("dev", rehearsed=False)) == ["one", "two"]


def test_two_machines_at_once_lose_nothing(pair: tuple[Clone, Clone]) -> None:
    def work(clone: Clone, who: str) -> list[Receipt]:
        return [ledger(clone).append(receipt(f"{who}{turn}")) for turn in range(4)]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, pair, ("a", "b")))
    for clone in pair:
        told = ledger(clone).receipts("dev", rehearsed=False)
        assert sorted(actors(told)) == [f"{who}{turn}" for who in "ab" for turn in range(4)]
        assert chain.broken(told) is None
        assert ledger(clone).rewritten("dev", rehearsed=False) == ()


def test_a_remote_that_is_away_keeps_nobody_from_working(
    pair: tuple[Clone, Clone], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = pair
    address = first.git("config", "remote.origin.url")
    ledger(first).append(receipt("one"))
    first.git("config", "remote.origin.url", "/nowhere/at-all.git")
    assert ledger(first).append(receipt("two")).number == 2
    assert "taken as it was last fetched" in capsys.readouterr().err
    assert actors(ledger(first).receipts("dev", rehearsed=False)) == ["one", "two"]
    ledger(second).append(receipt("elsewhere"))
    first.git("config", "remote.origin.url", address)
    assert actors(ledger(first).receipts("dev", rehearsed=False)) == ["one", "elsewhere", "two"]
    assert ledger(first).append(receipt("three")).number == 4
    told = ledger(second).receipts("dev", rehearsed=False)
    assert actors(told) == ["one", "elsewhere", "two", "three"]
    assert chain.broken(told) is None


def test_a_changed_receipt_breaks_the_chain_and_the_commit_is_named(alone: Clone) -> None:
    for about in ("one", "two", "three"):
        ledger(alone).append(receipt(about))
    alone.git("checkout", "-q", "windlass/ledger/dev")
    path = alone.folder / "receipts/000002.json"
    value = json.loads(path.read_text())
    forged = alone.commit("nothing to see", {"receipts/000002.json": json.dumps(value | {"actor": "nobody"})})
    alone.git("checkout", "-q", "main")
    found = chain.broken(ledger(alone).receipts("dev", rehearsed=False))
    assert found is not None
    assert found.code == "WL422"
    assert "000002" in found.message
    assert ledger(alone).rewritten("dev", rehearsed=False) == (forged,)


def test_a_receipt_that_is_none_is_said(alone: Clone) -> None:
    ledger(alone).append(receipt("one", "local"))
    (alone.folder / ".windlass/local/ledger/000001.json").write_text("{}")
    with pytest.raises(Refused) as caught:
        ledger(alone).receipts("local", rehearsed=False)
    assert caught.value.diagnostics[0].code == "WL422"
