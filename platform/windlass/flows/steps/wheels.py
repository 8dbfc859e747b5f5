"""The packages of a lock as files in the store, so that no pod asks a package index."""

from pathlib import Path

from windlass.engine import lockfile
from windlass.model import digests, layout
from windlass.ports import Bench, Store


def interpreter(bench: Bench, store: Store, lock: bytes) -> Path:
    """The interpreter of a lock: from the store's wheels alone where it has them, else as on any machine."""
    return bench.interpreters.ensure(lock, bench.progress, brought(store, lock, bench.root / layout.STATE / "wheels"))


def brought(store: Store, lock: bytes, below: Path) -> Path | None:
    """The folder with the wheels of a lock, brought to a place below another one and verified; None where the store has none."""
    digest = store.record(record(lock))
    if digest is None:
        return None
    place = below / digests.short(digest.decode(), 64)
    store.get_folder(digest.decode(), place)
    return place


def record(lock: bytes) -> str:
    """The name of the record that says which folder of the store holds the wheels of a lock. Comments do not count."""
    return f"wheels/{digests.short(digests.of_bytes(lockfile.body(lock)), 64)}"
