"""The one place that picks adapters: ports for one repository, made cheaply; heavy libraries load on first use."""

import atexit
import os
from argparse import Namespace
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from windlass.flows.gather import Reader
from windlass.model import layout
from windlass.ports import (
    Bench,
    Clock,
    Files,
    Ports,
    Progress,
    Registry,
    RemoteRunner,
    Rendered,
    StageRunner,
    Store,
    Templates,
    TrialFolders,
    Wheels,
)

if TYPE_CHECKING:
    from windlass.flows.cluster.reach import Reach
    from windlass.flows.rendering.fleet import Surroundings
    from windlass.model.project import Project
    from windlass.model.specs.environment import Environment
    from windlass.ports.workflows import Workflows


def reader(directory: str) -> Reader:
    """What reading specs needs, without git: for verbs that only look."""
    from windlass.adapters.clock import SystemClock
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.templates import LayeredTemplates

    root = Path(directory).resolve()
    return ReaderPorts(root, SystemClock(), DiskFiles(), LayeredTemplates(root))


@dataclass(frozen=True, slots=True)
class ReaderPorts:
    """`flows.gather.Reader` as plain data."""

    root: Path
    clock: Clock
    files: Files
    templates: Templates


def ports(arguments: Namespace) -> Ports:
    """Every port for the repository around ``arguments.directory``. Raises `Usage` where there is no git repository."""
    from windlass.adapters.bento_packager import BentoPackager
    from windlass.adapters.clock import SystemClock
    from windlass.adapters.data_checks import ArrowChecks
    from windlass.adapters.dvc_runner import DvcRunner
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.git import CommandGit
    from windlass.adapters.interpreters import UvInterpreters
    from windlass.adapters.ledger import BranchLedger
    from windlass.adapters.locks import FileLocks
    from windlass.adapters.mlflow_registry import MlflowRegistry
    from windlass.adapters.progress import TerminalProgress
    from windlass.adapters.servers import LocalServers
    from windlass.adapters.store import FolderStore
    from windlass.adapters.templates import LayeredTemplates
    from windlass.adapters.trial_folders import DvcTrialFolders

    git = CommandGit(Path(arguments.directory))
    root, clock, files = git.root, SystemClock(), DiskFiles()
    progress = TerminalProgress(verbose=arguments.verbose)
    packager, registry = BentoPackager(root, progress.point), MlflowRegistry(root, progress.point)
    # Their workers would end by themselves, but a little later than this process, and leave a folder behind.
    atexit.register(packager.close)
    atexit.register(registry.close)

    def store(environment: str) -> Store:
        return FolderStore(root / layout.state(environment, "store"))

    def runner(work: Path, cache: Path) -> StageRunner:
        return DvcRunner(work, cache, progress)

    files.write(root / layout.STATE / ".gitignore", b"*\n")
    return Ports(
        root=root,
        clock=clock,
        files=files,
        git=git,
        progress=progress,
        locks=FileLocks(root / layout.STATE / "locks", clock),
        interpreters=UvInterpreters(),
        checks=ArrowChecks(),
        registry=registry,
        packager=packager,
        servers=LocalServers(root, progress.point),
        ledger=BranchLedger(git, files, progress),
        templates=LayeredTemplates(root),
        store=store,
        runner=runner,
        trials=DvcTrialFolders,
    )


def searching(arguments: Namespace) -> tuple[TrialFolders, Files, Progress]:
    """What a search needs in the folder where its stage runs, which may be far from any git repository. Raises `Findings`
    (WL300) outside of DVC's repositories."""
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.progress import TerminalProgress
    from windlass.adapters.trial_folders import DvcTrialFolders

    return (
        DvcTrialFolders.around(Path(arguments.directory)),
        DiskFiles(),
        TerminalProgress(verbose=arguments.verbose, live=False),
    )


def surroundings() -> "Surroundings":
    """What rendering needs besides."""
    from windlass.adapters import survey
    from windlass.adapters.hands import ForkedHands
    from windlass.flows.rendering.fleet import Surroundings

    return Surroundings(survey, ForkedHands())


def reach(ports: Ports, environment: "Environment") -> "Reach":
    """The cluster that an environment is applied to, and who is asked of its runs. Raises `Usage` (WL573) where kubeconfig does
    not know it."""
    from windlass.adapters.argo.requests import Requests as ArgoRequests
    from windlass.adapters.argo.workflows import ServerWorkflows
    from windlass.adapters.kubernetes.cluster import HttpCluster
    from windlass.adapters.kubernetes.connection import Connection
    from windlass.adapters.kubernetes.requests import Requests
    from windlass.adapters.kubernetes.workflows import ClusterWorkflows
    from windlass.adapters.wheels import IndexWheels
    from windlass.flows.cluster.reach import Reach

    target = environment.spec.target
    cluster = HttpCluster(Requests(Connection(target.context)))
    if target.argo_server:
        workflows: Workflows = ServerWorkflows(ArgoRequests(target.argo_server, os.environ.get("ARGO_TOKEN", "")))
    else:
        workflows = ClusterWorkflows(cluster)
    return Reach(
        cluster,
        workflows,
        surroundings(),
        lambda store: remote(store.uri, store.endpoint, ports.progress),
        IndexWheels(ports.root / layout.state(environment.metadata.name, "upload", "wheels")),
    )


def into_file(ports: Ports, path: Path) -> Ports:
    """The ports, with a ledger that leaves receipts in a file."""
    from windlass.adapters.receipt_file import ReceiptFile

    return replace(ports, ledger=ReceiptFile(ports.ledger, ports.files, path))


def stored(ports: Ports, project: "Project") -> Ports:
    """The ports, with the stores that environments in clusters name; others have theirs on this machine."""
    from windlass.adapters import stores

    def store(name: str) -> Store:
        declared = project.environments.get(name)
        if declared is None or declared.spec.spec.target.kind != "kubernetes" or declared.spec.spec.store is None:
            return ports.store(name)
        return stores.at(declared.spec.spec.store.uri, declared.spec.spec.store.endpoint)

    return replace(ports, store=store)


def tracked(ports: Ports, environment: "Environment") -> Ports:
    """The ports, with the registry on the tracker that an environment in a cluster names."""
    from windlass.adapters.mlflow_tracker import TrackerRegistry

    server = environment.spec.tracking
    if server is None or environment.spec.target.kind != "kubernetes":
        return ports
    registry = TrackerRegistry(server.uri, ports.root, ports.progress.point)
    atexit.register(registry.close)
    return replace(ports, registry=registry)


def rendered(folder: Path, root: Path) -> Rendered:
    """A folder for what is rendered from a repository."""
    from windlass.adapters.rendered import RenderedFolder

    return RenderedFolder(folder, root)


def bench(arguments: Namespace, uri: str) -> Bench:
    """What a step of a training needs in ``arguments.directory``, an empty folder without git: the one store that it knows, and
    the team's own output in its log. The registry is the tracker that is named around it, or else lies beside the store,
    because the folder does not last; no database lies in a bucket."""
    from windlass.adapters import stores
    from windlass.adapters.bento_packager import BentoPackager
    from windlass.adapters.clock import SystemClock
    from windlass.adapters.data_checks import ArrowChecks
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.interpreters import UvInterpreters
    from windlass.adapters.progress import TerminalProgress
    from windlass.adapters.templates import LayeredTemplates
    from windlass.adapters.trial_folders import DvcTrialFolders

    root, store = Path(arguments.directory).resolve(), stores.at(uri)
    progress = TerminalProgress(verbose=True)
    packager = BentoPackager(root, progress.point)
    registry = _beside(root, store, progress)
    atexit.register(packager.close)
    if registry is not None:
        atexit.register(registry.close)
    return Bench(
        root=root,
        clock=SystemClock(),
        files=DiskFiles(),
        progress=progress,
        interpreters=UvInterpreters(),
        checks=ArrowChecks(),
        registry=registry,
        packager=packager,
        templates=LayeredTemplates(root),
        store=lambda environment: store,
        runner=remote(uri, None, progress),
        trials=DvcTrialFolders,
    )


def _beside(root: Path, store: Store, progress: Progress) -> Registry | None:
    from windlass.adapters import mlflow_tracker
    from windlass.adapters.mlflow_registry import MlflowRegistry
    from windlass.adapters.store import FolderStore

    address = mlflow_tracker.named()
    if address is not None:
        return mlflow_tracker.TrackerRegistry(address, root, progress.point)
    return MlflowRegistry(store.path, progress.point) if isinstance(store, FolderStore) else None


def remote(uri: str, endpoint: str | None, progress: Progress) -> Callable[[Path, Path], RemoteRunner]:
    """Makes runners that know the DVC remote of a store, and who keeps it."""
    from windlass.adapters import stores
    from windlass.adapters.dvc_remote import DvcRemoteRunner

    address = stores.remote(uri)
    return lambda work, cache: DvcRemoteRunner(work, cache, progress, address, endpoint)


def wheels(arguments: Namespace, root: Path, environment: str) -> Wheels:
    """Where wheels come from: the folder that was named, else the package index."""
    from windlass.adapters.wheels import FolderWheels, IndexWheels

    if arguments.wheels:
        return FolderWheels(Path(arguments.directory, arguments.wheels).absolute())
    return IndexWheels(root / layout.state(environment, "upload", "wheels"))


def standing(arguments: Namespace, root: Path) -> str:
    """The folder one stands in, relative to the repository: it says which model is meant where none is named."""
    here = Path(arguments.directory).resolve()
    return here.relative_to(root).as_posix() if here.is_relative_to(root) else ""
