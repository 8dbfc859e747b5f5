"""One digest of everything that `validate` looked at: equal fingerprints mean an equal answer. Imports next to nothing."""

import hashlib
from collections.abc import Iterable, Mapping


def of(
    tool: str, files: Mapping[str, bytes], links: Iterable[str], facts: Mapping[str, tuple[str, bytes | None]]
) -> str:
    """``tool`` says which Windlass judged; ``files`` are the YAML files, ``links`` the symlinks beside them and other names that
    count, ``facts`` the kind (and bytes, where they counted) of every other path that a rule asked about."""
    whole = hashlib.sha256()

    def add(*parts: str | bytes) -> None:
        for part in parts:
            data = part.encode("utf-8", "surrogateescape") if isinstance(part, str) else part
            whole.update(b"%d:" % len(data))
            whole.update(data)

    add("tool", tool)
    for path in sorted(files):
        add("file", path, files[path])
    for path in sorted(links):
        add("link", path)
    for path in sorted(facts):
        kind, data = facts[path]
        add("fact", path, kind, *(() if data is None else (data,)))
    return whole.hexdigest()
