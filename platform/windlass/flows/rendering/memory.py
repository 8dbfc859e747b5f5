"""What is remembered of a rendering: for each part what it depended on and what it became, so that the next one need not make
it again. It may be lost or damaged at any time: then everything is made again, to the same bytes."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from windlass.flows.rendering.part import Made, Names
from windlass.model import digests, layout
from windlass.ports import Files


@dataclass(frozen=True, slots=True)
class Entry:
    """One part: ``key`` is of all that it depended on, ``stamps`` say how its folders of the output looked; of ``made``, files are
    remembered in those folders alone that it has together with others."""

    key: str
    made: Made
    stamps: Mapping[str, str] = field(default_factory=dict)


def path(root: Path, place: str, environments: Sequence[str], rehearse: bool) -> Path:
    """Where the memory of one output lies."""
    name = digests.short(digests.of_value([place, *environments, rehearse]), 16)
    return root / layout.STATE / "cache" / "render" / f"{name}.json"


def recall(files: Files, where: Path) -> dict[str, Entry]:
    """Every entry by its part's name; none where the memory is not as it was written."""
    digest, _, data = (files.read(where) or b"").partition(b"\n")
    if digest.decode("ascii", "replace") != digests.of_bytes(data):
        return {}
    try:
        return {name: _entry(kept) for name, kept in json.loads(data).items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # whole, but written by another version


def remember(files: Files, where: Path, entries: Mapping[str, Entry]) -> None:
    """Write it."""
    kept = {name: _plain(entry) for name, entry in sorted(entries.items())}
    data = json.dumps(kept, separators=(",", ":")).encode()
    files.write(where, digests.of_bytes(data).encode() + b"\n" + data)


def _plain(entry: Entry) -> dict[str, object]:
    names = entry.made.names
    return {
        "key": entry.key,
        "stamps": dict(entry.stamps),
        "documents": names.documents,
        "taken": names.taken,
        "registered": names.registered,
        "labels": names.labels,
        "outside": entry.made.outside,
        "count": entry.made.count,
        "shared": entry.made.folders,
    }


def _entry(kept: Any) -> Entry:
    names = Names(tuple(kept["documents"]), tuple(kept["taken"]), tuple(kept["registered"]), dict(kept["labels"]))
    outside = {str(path): (bool(with_data), str(answer)) for path, (with_data, answer) in kept["outside"].items()}
    shared = {str(folder): tuple(files) for folder, files in kept["shared"].items()}
    made = Made(names=names, outside=outside, count=int(kept["count"]), folders=shared)
    return Entry(str(kept["key"]), made, dict(kept["stamps"]))
