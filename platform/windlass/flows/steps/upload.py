"""The verb `step upload`: everything that the pods of a training will bring by digest, put into the environment's store."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from windlass.engine import lockfile, overlay, resolve
from windlass.engine.lower import cluster
from windlass.flows import clean
from windlass.flows.releasing import releases
from windlass.flows.steps import wheels
from windlass.flows.training import candidates, material
from windlass.flows.training.champions import rivals
from windlass.model import digests, layout
from windlass.model.diagnostic import Place
from windlass.model.failure import Findings, Usage, World
from windlass.model.project import Loaded, Project
from windlass.model.specs.environment import LOCAL, Environment, StoreRef
from windlass.model.specs.model import Model
from windlass.ports import Ports, RemoteRunner, Store, Wheels


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What the pods of one model's runs now find, by digest; ``data`` is the md5 of each dataset, None where one was never
    collected: then a run begins with that."""

    slug: str
    code: str
    lock: str
    spec: str
    data: Mapping[str, str] | None


def address(project: Project, environment: Environment) -> StoreRef:
    """The store that the environment's pods use. Raises `Usage` (WL611) where it does not train, `Findings`
    (WL240) where it has no store."""
    name, before = environment.metadata.name, environment.spec.promotes_from
    if before is not None or name == LOCAL:
        hint = "the head of the chain does, if its pipelines run in a cluster"
        raise Usage.one("WL611", f"no pods of `{name}` train, so they need nothing from a store", hint)
    if environment.spec.store is None:
        raise Findings(cluster.missing(project.environments[name], {"store": None}, "trains"))
    return environment.spec.store


def upload(
    ports: Ports,
    project: Project,
    loaded: Loaded[Model],
    environment: Environment,
    store: Store,
    remote: Callable[[Path, Path], RemoteRunner],
    source: Wheels | None = None,
) -> Uploaded:
    """Put it there; what is there already does not travel. The wheels of its locks come from ``source``. Raises like
    `material.whole` and `Wheels.folder`, `Refused` (WL412) for a dirty tree, `World` (WL552) where the data that specs ask for is
    on nobody's disk, `Findings` (WL563) where no wheel fits."""
    name, slug = environment.metadata.name, loaded.spec.metadata.slug
    clean.require(ports, name, ("specs", "environments"))
    found = material.whole(ports, project, loaded, environment)
    laid = overlay.lay(project, name, loaded.source.value).value
    code, lock = material.keep(store, found)
    parts = (found.model, *(part for _, part in found.datasets.values()))
    for part in parts:
        store.put(part.lock)
    fitting = [part for part in parts if wheels.keep(ports.files, store, part.lock, source)]
    if source is not None and not fitting and any(lockfile.hashes(part.lock) for part in parts):
        pins = found.model.path(found.model.pipeline.requirements)
        hint = "`--wheels` without a folder fetches them from the package index"
        raise Findings.one("WL563", f"no wheel there has a hash that `{pins}` names", hint, Place(pins))
    spec = store.put(digests.canonical(material.documents(found, laid)))
    commit = candidates.origin(ports, found).commit
    if commit is not None and store.record(layout.archive_origin(code)) is None:
        store.write_record(layout.archive_origin(code), commit.encode())
    held = releases.current(ports, project, environment, ports.git.head())
    for one in (slug, *rivals(slug, resolve.effective(project, loaded.source.value, name)).values()):
        champion = digests.canonical(held[one].release.plain()) if one in held else b""
        store.write_record(layout.champion_record(one), champion)
    data = material.revisions(found)
    for dataset, md5 in (data or {}).items():
        _data(ports, project, name, remote, dataset, md5)
    return Uploaded(slug, code, lock, spec, data)


def _data(
    ports: Ports,
    project: Project,
    environment: str,
    remote: Callable[[Path, Path], RemoteRunner],
    dataset: str,
    md5: str,
) -> None:
    """Let the remote have one revision, from whichever store of this machine has it."""
    # a work folder of its own: the one of a training may be in use
    work = ports.root / layout.state(environment, "upload")
    caches = [ports.root / layout.state(one, "store", "dvc") for one in _names(project, environment)]
    for cache in caches:
        with ports.runner(work, cache) as here:
            if not here.holds(md5):
                continue
        with remote(work, cache) as runner:
            runner.push([md5])
        return
    with remote(work, caches[0]) as runner:
        if not runner.holds(md5):
            message = f"{dataset} at md5:{md5}, which its `dvc.lock` names, is neither in the store nor on this machine"
            raise World.one(
                "WL552", message, "train it here, which collects it, or let a run of the clock collect it there"
            )


def _names(project: Project, environment: str) -> Iterator[str]:
    yield environment
    yield LOCAL
    yield from (name for name in sorted(project.environments) if name != environment)
