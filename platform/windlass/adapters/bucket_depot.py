"""A store's bytes in a bucket. An object is there whole or not at all, and is named by what it holds, so that two writers of one
name write the same.
"""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from windlass.adapters.bucket import Bucket, Missing
from windlass.adapters.files import trouble
from windlass.model import digests
from windlass.model.failure import Refused, World

BLOCK = 1 << 20
SMALL = 8 << 20
"""What is held in memory on its way; more waits on the disk."""
WHOLE = 1 << 30
"""What goes in one piece, so that the server knows its md5."""


class BucketDepot:
    """`store.Depot`: ``<prefix>/blobs/sha256/ab/<hex>`` and ``<prefix>/records``, as a folder has them."""

    def __init__(self, bucket: Bucket) -> None:
        self.address = bucket.uri
        self._bucket = bucket

    def has(self, digest: str) -> bool:
        """Whether the blob is there; its bytes are not looked at."""
        return self._tag(_blob(digest)) is not None

    @contextmanager
    def open(self, digest: str) -> Iterator[IO[bytes]]:
        """The bytes as they are. `World` (WL552) if absent."""
        try:
            with self._bucket.asking() as client:
                answer = client.get_object(Bucket=self._bucket.name, Key=self._bucket.key(_blob(digest)))
                with answer["Body"] as body:
                    yield body
        except Missing as error:
            hint = "bring the store back, or train again: a release is only digests, its bytes live there"
            raise World.one("WL552", f"the store at `{self.address}` does not have {digest}", hint) from error

    def put(self, data: bytes) -> str:
        """Store bytes; the digest."""
        return self.take(io.BytesIO(data))

    def take(self, source: IO[bytes], expected: str = "") -> str:
        """Copy a stream in; its digest. What the server says that it holds is not sent again, so what rotted there is
        replaced. Bytes other than ``expected`` (if given) are not sent."""
        md5 = hashlib.md5(usedforsecurity=False)
        sha256 = hashlib.sha256()
        with tempfile.SpooledTemporaryFile(max_size=SMALL) as copy:
            try:
                while block := source.read(BLOCK):
                    md5.update(block)
                    sha256.update(block)
                    copy.write(block)
                copy.seek(0)
            except OSError as error:
                raise trouble(Path(tempfile.gettempdir()), error, "written") from error
            digest = digests.PREFIX + sha256.hexdigest()
            if expected in ("", digest) and self._tag(_blob(digest)) != md5.hexdigest():
                self._send(copy, self._bucket.key(_blob(digest)))
        return digest

    def read(self, digest: str) -> bytes:
        """The verified bytes. `World` (WL552) if absent, `Refused` (WL421) if they are not what their name says."""
        with self.open(digest) as source:
            data = source.read()
        if digests.of_bytes(data) != digest:
            raise self.corrupt(digest)
        return data

    def verify(self, digest: str) -> None:
        """Recompute the digest, of all the bytes; raises like `read`."""
        self._copy(digest, None)

    def bring(self, digest: str, path: Path) -> None:
        """Make a file that holds the verified bytes and cannot be written; raises like `read`."""
        with path.open("wb") as target:
            self._copy(digest, target)
        path.chmod(0o444)

    def corrupt(self, digest: str) -> Refused:
        """The refusal of bytes that are not what their name says."""
        place = f"{self.address}/{_blob(digest)}"
        hint = f"remove `{place}` and run the command that made it again, or copy it from another store"
        return Refused.one("WL421", f"the store's {digest} holds other bytes than its name says", hint)

    def record(self, name: str) -> bytes | None:
        """A named record, or None."""
        try:
            with self._bucket.asking() as client:
                answer = client.get_object(Bucket=self._bucket.name, Key=self._record(name))
                return bytes(answer["Body"].read())
        except Missing:
            return None

    def write_record(self, name: str, data: bytes) -> None:
        """Write a named record; the bucket does it at once."""
        with self._bucket.asking() as client:
            client.put_object(Bucket=self._bucket.name, Key=self._record(name), Body=data)

    def records(self, prefix: str) -> list[str]:
        """The names of records below a folder of names."""
        top = self._record("")
        with self._bucket.asking() as client:
            pages = client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket.name, Prefix=f"{self._record(prefix)}/"
            )
            return [one["Key"].removeprefix(top) for page in pages for one in page.get("Contents", ())]

    def _copy(self, digest: str, target: IO[bytes] | None) -> None:
        hasher = hashlib.sha256()
        with self.open(digest) as source:
            while block := source.read(BLOCK):
                hasher.update(block)
                if target is not None:
                    target.write(block)
        if digests.PREFIX + hasher.hexdigest() != digest:
            raise self.corrupt(digest)

    def _record(self, name: str) -> str:
        return self._bucket.key(f"records/{name}")

    def _tag(self, name: str) -> str | None:
        """What the server calls an object's bytes, mostly their md5; None where there is none."""
        try:
            with self._bucket.asking() as client:
                answer = client.head_object(Bucket=self._bucket.name, Key=self._bucket.key(name))
                return str(answer["ETag"]).strip('"')
        except Missing:
            return None

    def _send(self, file: IO[bytes], key: str) -> None:
        with self._bucket.asking() as client:
            from boto3.s3.transfer import TransferConfig

            client.upload_fileobj(file, self._bucket.name, key, Config=TransferConfig(multipart_threshold=WHOLE))


def _blob(digest: str) -> str:
    name = digest.removeprefix(digests.PREFIX)
    return f"blobs/sha256/{name[:2]}/{name}"
