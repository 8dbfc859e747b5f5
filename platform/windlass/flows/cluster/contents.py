"""The bytes that an environment's pods will fetch, in its store before anything asks for them."""

from collections.abc import Callable, Collection

from windlass.flows.applying import contents
from windlass.flows.cluster.plan import Seen
from windlass.model.failure import World
from windlass.model.project import Project
from windlass.model.specs.environment import Environment
from windlass.ports import Ports


def bring(ports: Ports, project: Project, environment: Environment, now: Seen, owners: Collection[str]) -> None:
    """Copy what releases pin from the stores of the environments before. Raises `World` (WL521) where no store has it: pods would
    wait for it for ever."""
    if environment.spec.store is None:
        return
    here = ports.store(environment.metadata.name)
    for slug in sorted(set(owners) & now.held.keys()):
        release = now.held[slug].release
        if not _missing(here.has, release.spec.pin.folders):
            continue
        contents.bring(ports, project, environment, release)
        if missing := _missing(here.has, release.spec.pin.folders):
            raise World.one(
                "WL521",
                f"no store of the chain has the {' and the '.join(missing)} of {slug}, release {release.digest}",
                "train it again, or bring the store back: a release is only digests, its bytes live there",
            )


def _missing(has: Callable[[str], bool], folders: dict[str, str]) -> list[str]:
    return [name for name, digest in folders.items() if not has(digest)]
