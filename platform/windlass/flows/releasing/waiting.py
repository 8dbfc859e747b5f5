"""Proposals that wait for their merge, as this clone last heard of them: nothing is fetched to find them."""

from windlass.engine import release as releases
from windlass.flows.releasing import shelf
from windlass.model import layout
from windlass.model.proposal import MOVEMENTS, Waiting
from windlass.ports import Ports

PREFIX = "windlass"


def waiting(ports: Ports, environment: str, only: str | None = None) -> tuple[Waiting, ...]:
    """What waits in one environment, by model. A branch that was merged, or that a squash left behind, waits no more."""
    branches = ports.git.branches(PREFIX)
    if not branches:
        return ()
    main = ports.git.default_branch()
    known = (ports.git.head(), ports.git.tip(main), ports.git.resolve(f"refs/remotes/origin/{main}"))
    tips = [tip for tip in dict.fromkeys(known) if tip]
    found: list[Waiting] = []
    for branch, commit in sorted(branches.items()):
        _, _, rest = branch.partition("/")
        movement, _, rest = rest.partition("/")
        name, _, slug = rest.partition("/")
        if movement not in MOVEMENTS or name != environment or only not in (None, slug):
            continue
        generation = _generation(ports, environment, slug, commit)
        merged = any(ports.git.is_ancestor(commit, tip) for tip in tips)
        held = max((_generation(ports, environment, slug, tip) for tip in tips), default=0)
        if generation > held and not merged:
            found.append(Waiting(environment, slug, movement, branch, commit, generation))
    return tuple(sorted(found, key=lambda one: (one.slug, one.movement)))


def _generation(ports: Ports, environment: str, slug: str, commit: str) -> int:
    """Which generation a commit has; 0 where it has none that can be read."""
    folder, _ = releases.examine(shelf.at(ports, environment, slug, commit), layout.release_folder(environment, slug))
    return folder.release.spec.generation if folder else 0
