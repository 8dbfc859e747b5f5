"""The packages of a lock as files in the store, so that no pod asks a package index."""

from pathlib import Path

from windlass.engine import lockfile
from windlass.model import digests, layout
from windlass.ports import Bench, Files, Store, Wheels


def keep(files: Files, store: Store, lock: bytes, source: Wheels | None) -> bool:
    """Let the store have the wheels of a lock, as one folder; whether it got any. A lock without packages needs none, and says
    so. Raises like the source."""
    wanted = lockfile.hashes(lock)
    folder = source.folder(lock) if source is not None and wanted else None
    kept = {}
    for path in () if folder is None else files.walk(folder):
        data = files.read(path) or b""
        if digests.of_bytes(data) in wanted:
            kept[path.name] = store.put(data)
    if kept or not wanted:
        store.write_record(record(lock), store.put(digests.canonical(kept)).encode())
    return bool(kept)


def interpreter(bench: Bench, store: Store, lock: bytes) -> Path:
    """The interpreter of a lock: the one that is here, else from the store's wheels alone where it has them, else as on any
    machine."""
    if bench.interpreters.ready(lock):
        return bench.interpreters.path(lock)
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
