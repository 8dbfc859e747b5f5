"""What the registry says, read straight from its database: no MLflow is imported to find that nothing is to be done.

Only a handful of old, stable columns are read, and never written.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import unquote, urlparse

from windlass.model.failure import World

MODEL = "windlass.model"
ALIASES = """
    select a.name, a.alias, a.version, coalesce(t.value, '')
    from registered_model_aliases a
    left join model_version_tags t on t.name = a.name and t.version = a.version and t.key = ?
"""
DIGESTS = "select value, version from model_version_tags where key = ? and name = ? order by version"
VERSIONS = """
    select v.version, v.storage_location, r.status
    from model_versions v
    join model_version_tags t on t.name = v.name and t.version = v.version and t.key = ? and t.value = ?
    left join runs r on r.run_uuid = v.run_id
    where v.name = ? order by v.version
"""


def aliases(database: Path, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
    """``{registered model: {alias: (version, model digest)}}``; the digest is empty for a version that is not ours."""
    wanted = set(names)
    found: dict[str, dict[str, tuple[str, str]]] = {}
    with _open(database) as connection:
        for name, alias, version, digest in connection.execute(ALIASES, (MODEL,)) if connection else ():
            if name in wanted:
                found.setdefault(name, {})[alias] = (str(version), digest)
    return found


def versions(database: Path, name: str) -> dict[str, str]:
    """Model digest to version, of one registered model; the first version that holds a digest counts."""
    with _open(database) as connection:
        rows = connection.execute(DIGESTS, (MODEL, name)).fetchall() if connection else []
    return {digest: str(number) for digest, number in reversed(rows)}


def version(database: Path, name: str, digest: str) -> str | None:
    """The version that holds these bytes, if it was registered to the end and its files are still there."""
    with _open(database) as connection:
        rows = connection.execute(VERSIONS, (MODEL, digest, name)).fetchall() if connection else []
    for number, location, status in rows:
        if status == "FINISHED" and Path(unquote(urlparse(location or "").path), "MLmodel").is_file():
            return str(number)
    return None


@contextmanager
def _open(database: Path) -> Iterator[sqlite3.Connection | None]:
    if not database.exists():
        yield None
        return
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=10)) as connection:
            yield connection
    except sqlite3.Error as error:
        hint = "move that file away and run the same command again: the registry is built again from the store"
        raise World.one("WL520", f"the registry's database `{database}` cannot be read: {error}", hint) from error
