"""The digest cache of `validate`: the same bytes under the same Windlass were judged before, and were fine.

Only a judgement without any finding is kept, so that what is answered from here is always one line. This file and what it imports
stay light: `validate` on an unchanged tree starts faster than the tools around it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from windlass.engine import fingerprint
from windlass.model.layout import ENVIRONMENTS, SPECS, STATE, TEMPLATES

NEVER = "9999-12-31"
CACHE = f"{STATE}/cache/validate.json"
YAML = re.compile(r"\.ya?ml$")
TEMPLATE = re.compile(rf"^{TEMPLATES}/[^/]+/[^/]+/(backend\.yaml|.*\.j2)$")
"""What backends of the repository's own are made of."""
NAMED = re.compile(r"/(dvc\.lock|params\.json|requirements\.lock)$")
"""Files that count by being there (`engine.leftovers`); what they hold is asked for where a spec names them."""


class Disk(Protocol):
    """Looking at the disk by text paths (`adapters.survey`)."""

    def survey(self, top: str) -> Iterator[tuple[str, bool]]:
        """Files and links below a folder."""
        ...

    def look(self, path: str) -> tuple[Any, str, int]:
        """Kind, real path and size."""
        ...

    def read(self, path: str) -> bytes | None:
        """Bytes, or None."""
        ...

    def own_state(self) -> str:
        """What Windlass is made of here."""
        ...


def recall(disk: Disk, root: str, version: str, today: str) -> int | None:
    """How many documents were judged without a finding, if nothing of what was looked at has changed since, and what counted
    then until a day counts ``today`` too."""
    try:
        kept = json.loads(disk.read(f"{root}/{CACHE}") or b"")
        asked = {str(path): bool(with_data) for path, with_data in kept["asked"].items()}
        if today > str(kept["until"]):
            return None
        now = take(disk, root, version, asked)
        return int(kept["documents"]) if now == kept["fingerprint"] else None
    except (ValueError, KeyError, TypeError, AttributeError):
        # A cache that cannot be read is no answer, never a failure.
        return None


def take(disk: Disk, root: str, version: str, asked: Mapping[str, bool]) -> str:
    """The fingerprint of the tree as it lies there now."""
    files: dict[str, bytes] = {}
    links: list[str] = []
    for top in (SPECS, ENVIRONMENTS):
        for path, link in disk.survey(f"{root}/{top}"):
            name = path[len(root) + 1 :]
            if link or NAMED.search(name):
                links.append(name)
            elif YAML.search(name):
                files[name] = disk.read(path) or b""
    for path, link in disk.survey(f"{root}/{TEMPLATES}"):
        name = path[len(root) + 1 :]
        if TEMPLATE.match(name) and not link:
            files[name] = disk.read(path) or b""
    facts = {path: _fact(disk, root, path, with_data) for path, with_data in asked.items()}
    return fingerprint.of(tool(disk, version), files, links, facts)


def tool(disk: Disk, version: str) -> str:
    """Which Windlass judges."""
    return f"{version}\n{disk.own_state()}"


def record(documents: int, asked: Mapping[str, bool], mark: str, until: str | None = None) -> bytes:
    """What is kept of a judgement without findings. ``until`` is the last day on which it holds, where there is one."""
    kept = {"documents": documents, "fingerprint": mark, "until": until or NEVER, "asked": dict(sorted(asked.items()))}
    return json.dumps(kept).encode()


def _fact(disk: Disk, root: str, path: str, with_data: bool) -> tuple[str, bytes | None]:
    kind, real, _ = disk.look(f"{root}/{path}")
    if kind != "absent" and not real.startswith(f"{root}/"):
        return "outside", None
    return kind, disk.read(real) if with_data and kind == "file" else None
