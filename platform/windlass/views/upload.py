"""What the store of an environment now has for the pods of its trainings, as text and JSON."""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from windlass.views.words import columns, short


class Row(Protocol):
    """What this view shows of one model."""

    @property
    def slug(self) -> str:
        """``team/model``."""
        ...

    @property
    def code(self) -> str:
        """Digest of the archive."""
        ...

    @property
    def lock(self) -> str:
        """Digest of the pins."""
        ...

    @property
    def spec(self) -> str:
        """Digest of the documents."""
        ...

    @property
    def data(self) -> Mapping[str, str] | None:
        """Revisions, None where data was never collected."""
        ...


def as_text(rows: Sequence[Row]) -> str:
    """A line for each model."""
    return columns(
        [
            [row.slug, f"code {short(row.code)}", f"lock {short(row.lock)}", f"spec {short(row.spec)}", _data(row.data)]
            for row in rows
        ]
    )


def as_json(rows: Sequence[Row]) -> str:
    """The digests as the Workflow says them."""
    told = [
        {"model": row.slug, "code": row.code, "lock": row.lock, "spec": row.spec, "data": row.data and dict(row.data)}
        for row in rows
    ]
    return json.dumps({"exitCode": 0, "uploaded": told}, indent=2, ensure_ascii=False)


def _data(data: Mapping[str, str] | None) -> str:
    if data is None:
        return "data never collected: a run begins with that"
    return " ".join(f"{slug} {md5[:8]}" for slug, md5 in sorted(data.items()))
