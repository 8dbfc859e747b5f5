"""Keeps DVC from waiting for room on a disk that is full.

DVC remembers hashes in SQLite through diskcache, which takes every error of SQLite at the start of a transaction for a lock, and
tries again at once and for ever (diskcache 5.6.3, `Cache._transact`). Only a lock is worth another try: a disk's own trouble comes
out as the error of the system that it is.
"""

import errno
import sqlite3
from collections.abc import Callable
from typing import Any

NUMBERS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_IOERR: errno.EIO,
    sqlite3.SQLITE_READONLY: errno.EROFS,
    sqlite3.SQLITE_CANTOPEN: errno.EIO,
}
"""What no second try mends."""


def impatient() -> None:
    """Teach diskcache, in this process, to tell a lock from a full disk."""
    import diskcache

    diskcache.Cache._sql = property(_sql)  # noqa: SLF001 -- upstream has no other place to say it


def _sql(cache: Any) -> Callable[..., Any]:
    execute = cache._con.execute  # noqa: SLF001

    def run(statement: str, *values: Any) -> Any:
        try:
            return execute(statement, *values)
        except sqlite3.OperationalError as error:
            # the low byte is the kind, the rest a detail of it
            number = NUMBERS.get(error.sqlite_errorcode & 0xFF)
            if number is None:
                raise
            raise OSError(number, f"DVC's record of hashes: {error}") from error

    return run
