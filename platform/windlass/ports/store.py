"""The content store of one environment."""

from pathlib import Path
from typing import Protocol


class Store(Protocol):
    """One environment's content store: blobs and folders by sha256, and a few named records. Verified on every read."""

    uri: str

    def has(self, digest: str) -> bool:
        """Whether the bytes (of a blob, or of a folder's listing and all its files) are here."""
        ...

    def put(self, data: bytes) -> str:
        """Store bytes; the digest."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes; `World` if absent, `Refused` (WL421) if they do not have that digest."""
        ...

    def put_folder(self, folder: Path) -> str:
        """Store a folder (regular files); its digest is `digests.of_tree`, and the listing is a blob of that digest."""
        ...

    def get_folder(self, digest: str, destination: Path) -> None:
        """Write the folder there atomically; one that is there already is kept where it holds the right bytes."""
        ...

    def verify_folder(self, digest: str) -> None:
        """Recompute every digest of a folder; raises like `get`."""
        ...

    def record(self, name: str) -> bytes | None:
        """A named record (``candidates/<team>/<model>/<inputs hex>.json``)."""
        ...

    def write_record(self, name: str, data: bytes) -> None:
        """Write a named record atomically."""
        ...

    def records(self, prefix: str) -> tuple[str, ...]:
        """The names of records below a prefix, sorted."""
        ...

    def copy_from(self, other: "Store", digest: str) -> None:
        """Copy a blob or a folder from another store, verified; what is here is not copied again."""
        ...
