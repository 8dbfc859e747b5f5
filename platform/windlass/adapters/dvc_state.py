"""Keeps DVC from waiting for room on a disk that is full.

DVC remembers hashes in SQLite through diskcache, which takes every error of SQLite at the start of a transaction for a lock, and
tries again at once and for ever (diskcache 5.6.3, `Cache._transact`). Only a lock is worth another try: a disk's own trouble comes
out as the error of the system that it is.
"""

import errno
import os
import shutil
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
ROOM = 1 << 16
"""Bytes: less is not enough for a page of its shared memory and one of its journal."""


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
            # no cause: whoever looks for one would find SQLite's words instead of the system's number
            number = _full(cache) or number
            raise OSError(number, f"{os.strerror(number)}: DVC's record of hashes") from None

    return run


def _full(cache: Any) -> int | None:
    """The number of a full disk, where it is one: a file that cannot grow is any trouble of the disk for SQLite."""
    return errno.ENOSPC if shutil.disk_usage(cache.directory).free < ROOM else None
