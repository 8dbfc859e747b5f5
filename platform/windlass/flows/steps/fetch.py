"""The verb `step fetch`: what must lie on a disk before a service starts, a bento and the packages of its lock."""

from pathlib import Path

from windlass.engine import lockfile
from windlass.flows.steps import wheels
from windlass.model import digests
from windlass.model.failure import World
from windlass.ports import Bench, Store

LOCK = "env/python/requirements.txt"
"""Where a bento keeps the pins of its model (`runtime/build.py` writes them there)."""


def fetch(bench: Bench, store: Store, digest: str, bento: Path, library: Path | None) -> None:
    """Bring both, verified and each at once, or the bento alone; what is there already is only looked at. Raises `World`
    (WL552) where the store lacks a part, `Refused` (WL421) where one is not what its digest says."""
    progress = bench.progress
    progress.begin("bento")
    store.get_folder(digest, bento)
    progress.end("bento", "verified", f"{digests.brief(digest)}  {bento}")
    if library is None:
        return
    progress.begin("packages")
    lock = lockfile.body(bench.files.read(bento / LOCK) or b"")
    # beside the packages: nothing else is sure to be a place that can be written
    below = library.with_name(f".{library.name}.wheels")
    found = wheels.brought(store, lock, below)
    if found is None and lock:
        hint = "`windlass step upload ENV --wheels` puts them there"
        raise World.one("WL552", f"the store at `{store.uri}` has no wheels of the lock {digests.of_bytes(lock)}", hint)
    bench.interpreters.library(lock, found, library)
    bench.files.remove(below)
    progress.end("packages", "installed", f"{lock.count(b'==')} in {library}")
