"""The four digests that identify things, and the canonical bytes they are made of (sha256 throughout).

``inputs`` names a training run, ``model`` the bytes trained once, ``bento`` what is served, ``release`` the pin alone.
Canonical bytes are JSON with sorted keys, no white space and UTF-8, so that equal values have equal digests.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

PREFIX = "sha256:"
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> bytes:
    """The one spelling of a JSON value as bytes. Raises ValueError for NaN and infinities, which JSON cannot say."""
    return _ENCODER.encode(value).encode()


def of_bytes(data: bytes) -> str:
    """The digest of raw bytes, as ``sha256:<64 hex>``."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def of_value(value: Any) -> str:
    """The digest of a JSON value in its canonical spelling."""
    return of_bytes(canonical(value))


def of_tree(files: Mapping[str, str]) -> str:
    """The digest of a folder: its relative paths (``/`` between parts) with each file's digest."""
    return of_value(dict(files))


def brief(digest: str) -> str:
    """``sha256:77d01c2a…``, for sentences."""
    return f"{PREFIX}{short(digest)}…"


def short(digest: str, length: int = 8) -> str:
    """The first hex digits, for names and tables; never to compare."""
    return digest.removeprefix(PREFIX)[:length]
