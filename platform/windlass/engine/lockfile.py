"""`requirements.lock`: hashed pins under a header that says which requirements they were made of.

The pins alone name an interpreter and count as training input, so that a comment in `requirements.txt` trains nothing.
"""

import re

from windlass.model import digests

HEADER = "# rendered by windlass lock; requirements "
HASHED = re.compile(r"--hash=(sha256:[0-9a-f]{64})")


def assemble(requirements: bytes, pins: bytes) -> bytes:
    """The lock of these requirements, from what the resolver wrote."""
    return f"{HEADER}{digests.of_bytes(requirements)}\n".encode() + body(pins)


def body(lock: bytes) -> bytes:
    """The pins: every line that is neither comment nor empty."""
    lines = (line.rstrip() for line in lock.splitlines())
    return b"".join(line + b"\n" for line in lines if line and not line.lstrip().startswith(b"#"))


def stale(requirements: bytes, lock: bytes) -> bool:
    """Whether the lock was made of other requirements, or not by Windlass."""
    return not lock.startswith(f"{HEADER}{digests.of_bytes(requirements)}\n".encode())


def unhashed(lock: bytes) -> tuple[str, ...]:
    """Pins without a hash, which no installer could verify."""
    entries = re.split(r"\n(?=\S)", body(lock).decode(errors="replace"))
    return tuple(entry.split()[0] for entry in entries if entry.strip() and not HASHED.search(entry))


def hashes(lock: bytes) -> frozenset[str]:
    """The digests of all files that would do."""
    return frozenset(HASHED.findall(body(lock).decode(errors="replace")))
