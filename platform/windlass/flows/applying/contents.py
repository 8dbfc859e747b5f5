"""Bring a release's bytes to where they are needed, verified: from the store of the environment, or of those before it."""

from pathlib import Path

from windlass.engine import commands, resolve
from windlass.flows.training import candidates
from windlass.model import layout
from windlass.model.candidate import Candidate
from windlass.model.failure import World
from windlass.model.project import Project
from windlass.model.release import Release
from windlass.model.specs.environment import Environment
from windlass.ports import Ports, Store


def candidate(ports: Ports, project: Project, environment: Environment, release: Release) -> Candidate:
    """What training recorded of this release. Raises `World` (WL521) where no store has it."""
    name = layout.candidate_record(release.metadata.slug, release.spec.pin.inputs)
    found = candidates.read(ports.store(environment.metadata.name), name)
    if found is None:
        raise World.one(
            "WL521",
            f"the store of `{environment.metadata.name}` has no record of {release.metadata.slug} {release.spec.pin.inputs}",
            _way_on(project, environment, release.metadata.slug),
        )
    return found


def bring(ports: Ports, project: Project, environment: Environment, release: Release) -> None:
    """Copy everything a release pins from the stores before this one in the chain; what is here is not copied again."""
    here = ports.store(environment.metadata.name)
    pin, slug = release.spec.pin, release.metadata.slug
    record = layout.candidate_record(slug, pin.inputs)
    for store in _upstream(ports, project, environment):
        found, data = candidates.read(store, record), store.record(record)
        if found is None or data is None:
            continue
        for digest in (*pin.folders.values(), found.lock, found.code, found.dvc_lock):
            if digest and not here.has(digest):
                here.copy_from(store, digest)
        ports.progress.point("apply.copied")
        here.write_record(record, data)
        return


def interpreter(ports: Ports, project: Project, environment: Environment, release: Release) -> Path:
    """The Python of the release's own environment, made if need be."""
    lock = candidate(ports, project, environment, release).lock
    if lock is None:
        raise World.one(
            "WL521", f"{release.metadata.slug} was recorded without its requirements lock", "train it again"
        )
    return ports.interpreters.ensure(ports.store(environment.metadata.name).get(lock), ports.progress)


def bento(ports: Ports, environment: Environment, release: Release) -> Path:
    """The bento's folder, unpacked on this machine."""
    digest = release.spec.pin.folders["bento"]
    place = ports.root / layout.state(environment.metadata.name, "bentos", digest.removeprefix("sha256:"))
    ports.store(environment.metadata.name).get_folder(digest, place)
    return place


def _way_on(project: Project, environment: Environment, slug: str) -> str:
    """What can be done where the bytes of a release are nowhere here. What is rehearsed is on one machine alone."""
    head = resolve.head(project)
    if not environment.spec.rehearsed or head is None:
        return "train it here, or bring the store back: a release is only digests, its bytes live there"
    train = f"train {slug} --env {head}" if environment.spec.promotes_from is None else f"apply {head}"
    return (
        "a rehearsed environment's store is on the machine that rehearses it: apply it where it was trained, or train it "
        f"here first: {commands.windlass(environment, train)}"
    )


def _upstream(ports: Ports, project: Project, environment: Environment) -> list[Store]:
    """The stores to look in, nearest first: the environment before, the one before that, to the head."""
    stores, name = [], environment.spec.promotes_from
    while name is not None and name in project.environments:
        stores.append(ports.store(name))
        name = project.environments[name].spec.spec.promotes_from
    return stores
