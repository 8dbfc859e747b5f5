"""What flows need of the world, as protocols. Adapters fulfil them, `cli.wiring` picks them, tests may fake them.

Paths that cross a port are absolute ``Path`` objects unless a docstring says otherwise. A port raises `Findings` where the
user's code is at fault, `World` where the world is, and nothing else on purpose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from windlass.ports.clock import Clock
from windlass.ports.files import Files, Look
from windlass.ports.git import Commit, Git
from windlass.ports.ledger import Ledger
from windlass.ports.locks import Locks
from windlass.ports.progress import Progress
from windlass.ports.registry import Registry
from windlass.ports.rendered import Hands, Rendered
from windlass.ports.serving import Packager, Servers
from windlass.ports.store import Store
from windlass.ports.templates import Templates
from windlass.ports.training import (
    DataChecks,
    DataFinding,
    DataReport,
    Interpreters,
    RemoteRunner,
    StageResult,
    StageRunner,
)
from windlass.ports.trials import TrialFolders
from windlass.ports.wheels import Wheels

__all__ = [
    "Bench",
    "Clock",
    "Commit",
    "DataChecks",
    "DataFinding",
    "DataReport",
    "Files",
    "Git",
    "Hands",
    "Interpreters",
    "Ledger",
    "Locks",
    "Look",
    "Packager",
    "Ports",
    "Progress",
    "Registry",
    "RemoteRunner",
    "Rendered",
    "Servers",
    "StageResult",
    "StageRunner",
    "Store",
    "Templates",
    "TrialFolders",
    "Wheels",
]


@dataclass(frozen=True, slots=True)
class Bench:
    """What training needs of the world, wherever it happens. ``root`` is the folder that state is kept below. ``store`` makes
    the store of an environment by name; ``runner`` a stage runner over a work folder (a small DVC repository) that uses a
    cache folder; ``trials`` the folders for trials in such a repository. There is no git in it, because there is none in the
    pod of a cluster, and maybe no registry: one needs a tracker, or a disk that stays.
    """

    root: Path
    clock: Clock
    files: Files
    progress: Progress
    interpreters: Interpreters
    checks: DataChecks
    registry: Registry | None
    packager: Packager
    templates: Templates
    store: Callable[[str], Store]
    runner: Callable[[Path, Path], StageRunner]
    trials: Callable[[Path], TrialFolders]


@dataclass(frozen=True, slots=True)
class Ports(Bench):
    """Every port, wired for one repository: ``root``."""

    registry: Registry
    git: Git
    locks: Locks
    servers: Servers
    ledger: Ledger
