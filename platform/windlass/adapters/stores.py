"""The store that an environment's file names, by its address: a folder or a bucket."""

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from windlass.adapters.bucket import SCHEME, Bucket
from windlass.adapters.bucket_depot import BucketDepot
from windlass.adapters.store import ContentStore, FolderStore
from windlass.model.failure import Findings

REMOTE = "dvc"
"""The part of a store that is DVC's remote; in a folder on this machine it is DVC's cache too, which has the same layout."""


def at(uri: str, endpoint: str | None = None) -> ContentStore:
    """The store; ``endpoint`` says who keeps a bucket. Raises `Findings` (WL554) for a kind that this Windlass cannot reach."""
    if uri.startswith(SCHEME):
        return ContentStore(BucketDepot(Bucket(uri, endpoint)), uri)
    return FolderStore(_folder(uri), uri)


def remote(uri: str) -> str:
    """The address of the store's DVC remote. Raises like `at`."""
    if uri.startswith(SCHEME):
        return f"{Bucket(uri).uri}/{REMOTE}"
    return str(_folder(uri) / REMOTE)


def _folder(uri: str) -> Path:
    parts = urlsplit(uri)
    if parts.scheme == "file" and parts.netloc in ("", "localhost"):
        return Path(unquote(parts.path))
    if not re.match(r"[a-z][a-z0-9+.-]*://", uri):
        return Path(uri).absolute()
    hint = "name a bucket, or a folder that pods and this machine share: s3://ml-dev, file:///srv/store"
    raise Findings.one("WL554", f"the store `{uri}` is of a kind that this Windlass cannot reach", hint)
