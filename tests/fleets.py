"""Small fleets of the benchmark's models, committed by Ada."""

from pathlib import Path

import pytest

from benchmarks import fleet


def by_ada(patch: pytest.MonkeyPatch) -> None:
    """Let git know who commits."""
    for name in ("AUTHOR", "COMMITTER"):
        patch.setenv(f"GIT_{name}_NAME", "Ada")
        patch.setenv(f"GIT_{name}_EMAIL", "ada@example.org")


def grown(root: Path, teams: int, models: int) -> Path:
    """A repository with some teams of some models each."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fleet, "TEAM_SIZE", models)
        by_ada(patch)
        fleet.write(root, teams * models)
    return root
