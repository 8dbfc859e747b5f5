"""DVC's record of hashes on a disk that is full, and on one that somebody else writes to."""

import errno
import sqlite3
from pathlib import Path

import diskcache
import pytest

from windlass.adapters import dvc_state


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> diskcache.Cache:
    monkeypatch.setattr(diskcache.Cache, "_sql", diskcache.Cache._sql)
    dvc_state.impatient()
    return diskcache.Cache(str(tmp_path / "state"), timeout=0.05)


def test_what_can_be_written_is(cache: diskcache.Cache) -> None:
    cache["a"] = 1
    assert cache["a"] == 1


def test_no_room_is_an_error_and_no_reason_to_wait(cache: diskcache.Cache) -> None:
    # a database that may not grow is as full as its disk, for SQLite
    pages = cache._sql("PRAGMA page_count").fetchone()[0]
    cache._sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(OSError, match="No space left") as caught:
        _fill(cache)
    assert caught.value.errno == errno.ENOSPC


def test_a_lock_is_waited_for(cache: diskcache.Cache, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state/cache.db", isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(diskcache.Timeout):
            cache.set("a", 1)
        other.execute("ROLLBACK")
    cache.set("a", 1)
    assert cache["a"] == 1


def _fill(cache: diskcache.Cache) -> None:
    for number in range(10_000):
        cache[str(number)] = "x" * 1000
