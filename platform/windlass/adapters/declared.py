"""Declared environment variables with their values: a laptop has no secret store, so the shell's own variables answer."""

import os
from collections.abc import Callable, Iterable

from windlass.model.failure import Findings
from windlass.model.workload import EnvEntry


def values(
    entries: Iterable[EnvEntry], slug: str, variable: Callable[[EnvEntry], str] = lambda entry: entry.variable
) -> dict[str, str]:
    """Name to value. A reference to a secret's key is answered by the variable that ``variable`` names. Raises `Findings`
    (WL533) that names every variable which is missing here, and no value."""
    declared = tuple(entries)
    missing = [variable(entry) for entry in declared if entry.secret_ref and variable(entry) not in os.environ]
    if missing:
        raise Findings.one(
            "WL533", f"{slug} needs secrets that this machine does not have", f"set {', '.join(missing)}"
        )
    return {entry.name: os.environ[variable(entry)] if entry.secret_ref else entry.value or "" for entry in declared}
