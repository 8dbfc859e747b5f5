"""What flows need of the world, as protocols. Adapters fulfil them, `cli.wiring` picks them, tests may fake them.

Paths that cross a port are absolute ``Path`` objects unless a docstring says otherwise. A port raises `Findings` where the
user's code is at fault, `World` where the world is, and nothing else on purpose.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from windlass.model.candidate import BentoPin, Candidate, ModelPin
from windlass.model.plan import Observed
from windlass.model.receipt import Receipt
from windlass.model.specs.dataset import Schema
from windlass.model.workload import Pipeline, Service, Step


class Clock(Protocol):
    """The time, handed in."""

    def now(self) -> datetime:
        """Now, in UTC with its zone."""
        ...

    def monotonic(self) -> float:
        """Seconds that only grow, for durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """What is at a path, where it truly lies once links are followed, and how many bytes a file has."""

    kind: Literal["file", "folder", "absent"]
    real: Path
    size: int = 0


class Files(Protocol):
    """A folder tree. Every write is atomic (a temporary file beside it, fsync, rename); a full disk is `World`."""

    def read(self, path: Path) -> bytes | None:
        """The bytes, or None where there is no file."""
        ...

    def write(self, path: Path, data: bytes) -> None:
        """Write atomically, making parents; equal bytes are left alone."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file or a whole folder; absent is fine."""
        ...

    def walk(self, folder: Path) -> Iterator[Path]:
        """Every regular file below, sorted; symlinks are not followed."""
        ...

    def survey(self, folder: Path) -> Iterator[tuple[Path, bool]]:
        """Every file and every symlink below, sorted, with whether it is a link. Links are not followed; folders that start
        with a dot and Python's caches are left out."""
        ...

    def look(self, path: Path) -> Look:
        """What is at a path, following links."""
        ...


class Progress(Protocol):
    """What a person sees while long work goes on. Every call is also a named point where a test may kill the process."""

    def begin(self, step: str, about: str = "") -> None:
        """A step starts."""
        ...

    def output(self, text: str) -> None:
        """Raw output of the team's code in the current step."""
        ...

    def end(self, step: str, outcome: str, detail: str = "") -> None:
        """The step ended: ``ran``, ``unchanged``, ``passed``, ``refused``, ``failed`` ..."""
        ...

    def note(self, text: str) -> None:
        """A line of talk."""
        ...

    def point(self, name: str) -> None:
        """A named point inside a step (``register.version``): nothing is shown."""
        ...


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit as audit and proposals need it. ``signature`` is git's ``%G?`` letter, ``signer`` its ``%GS``."""

    sha: str
    parents: tuple[str, ...]
    author: str
    author_email: str
    committer: str
    committer_email: str
    time: datetime
    subject: str
    trailers: Mapping[str, tuple[str, ...]]
    signature: str
    signer: str


class Git(Protocol):
    """The repository. Branch writes go through plumbing and never touch the work tree or the index."""

    root: Path

    def head(self) -> str | None:
        """The commit checked out, None in an empty repository."""
        ...

    def branch(self) -> str | None:
        """The branch checked out, None when detached."""
        ...

    def default_branch(self) -> str:
        """The branch that is deployed: the remote's HEAD, else `main` or `master`, else the current one."""
        ...

    def dirty(self, paths: Sequence[str] = ()) -> tuple[str, ...]:
        """Repository-relative paths that differ from HEAD (tracked or untracked, not ignored)."""
        ...

    def tracked(self, folder: str) -> frozenset[str]:
        """Repository-relative paths below a folder that git tracks (in the index)."""
        ...

    def resolve(self, revision: str) -> str | None:
        """The commit that a revision names, if any."""
        ...

    def read(self, revision: str, path: str) -> bytes | None:
        """A file at a revision."""
        ...

    def files(self, revision: str, folder: str) -> tuple[str, ...]:
        """Repository-relative paths below a folder at a revision."""
        ...

    def tree(self, revision: str) -> Files:
        """The repository's files as they are at a revision, read-only, under the same absolute paths as the work tree's."""
        ...

    def log(
        self,
        revision: str,
        paths: Sequence[str] = (),
        first_parent: bool = False,
        limit: int | None = None,
        signatures: bool = False,
    ) -> tuple[Commit, ...]:
        """Commits, newest first. Signatures are checked on request only: each one starts another program."""
        ...

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether the one leads to the other."""
        ...

    def shallow(self) -> bool:
        """Whether history is cut."""
        ...

    def user(self) -> tuple[str, str]:
        """Name and address that a commit would carry; empty where git does not know."""
        ...

    def has_remote(self) -> bool:
        """Whether there is a remote named origin."""
        ...

    def tip(self, branch: str) -> str | None:
        """Where the local branch is."""
        ...

    def write_commit(
        self, parent: str | None, files: Mapping[str, bytes | None], message: str, sign: bool = True
    ) -> str:
        """A commit of ``parent``'s tree with these files changed (None removes), on no branch yet. It is signed where the
        person's git signs; ``sign=False`` never signs, and lends Windlass' name where git knows nobody.
        """
        ...

    def move_branch(self, branch: str, commit: str, expected: str | None) -> None:
        """Point a local branch at a commit if it is still where it was expected (None: nowhere); else `World` WL544.
        A branch that is checked out is refused (WL545)."""
        ...

    def fetch(self, branch: str) -> str | None:
        """Where the remote's branch is, brought here; without a remote the local branch. None if there is none. A remote
        that cannot be reached is `World` WL542."""
        ...

    def push(self, branch: str, expected: str | None = None) -> bool:
        """Push a local branch to the remote; False where there is no remote. ``expected`` replaces what is there if it is
        still that commit. A rejected push is `World` with code WL541, a remote that cannot be reached WL542.
        """
        ...


class Store(Protocol):
    """One environment's content store: blobs and folders by sha256, and a few named records. Verified on every read."""

    uri: str

    def has(self, digest: str) -> bool:
        """Whether the bytes (of a blob, or of a folder's listing and all its files) are here."""
        ...

    def put(self, data: bytes) -> str:
        """Store bytes; the digest."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes; `World` if absent, `Refused` (WL421) if they do not have that digest."""
        ...

    def put_folder(self, folder: Path) -> str:
        """Store a folder (regular files); its digest is `digests.of_tree`, and the listing is a blob of that digest."""
        ...

    def get_folder(self, digest: str, destination: Path) -> None:
        """Write the folder there atomically; a destination that exists is trusted to be complete."""
        ...

    def verify_folder(self, digest: str) -> None:
        """Recompute every digest of a folder; raises like `get`."""
        ...

    def record(self, name: str) -> bytes | None:
        """A named record (``candidates/<team>/<model>/<inputs hex>.json``)."""
        ...

    def write_record(self, name: str, data: bytes) -> None:
        """Write a named record atomically."""
        ...

    def records(self, prefix: str) -> tuple[str, ...]:
        """The names of records below a prefix, sorted."""
        ...

    def copy_from(self, other: "Store", digest: str) -> None:
        """Copy a blob or a folder from another store, verified; what is here is not copied again."""
        ...


class Interpreters(Protocol):
    """Environments made of a requirements lock, cached by its digest, shared between repositories."""

    def python_minor(self) -> str:
        """``3.11``: the minor version that models run on."""
        ...

    def path(self, lock: bytes) -> Path:
        """Where the interpreter of a lock is or would be (``<env>/bin/python``)."""
        ...

    def ready(self, lock: bytes) -> bool:
        """Whether it was completely made."""
        ...

    def ensure(self, lock: bytes, progress: Progress) -> Path:
        """Make it if need be (hash-checked); its ``python``."""
        ...

    def compile(self, requirements: bytes, constraints: bytes | None = None) -> bytes:
        """Resolve requirements to a lock with hashes and no index address; `Findings` if they do not resolve."""
        ...


@dataclass(frozen=True, slots=True)
class StageResult:
    """What running one stage gave. ``lock`` is the text of `dvc.lock` after it."""

    outcome: str
    seconds: float
    lock: bytes


class StageRunner(AbstractContextManager["StageRunner"], Protocol):
    """Runs stages one by one through the pipelines backend, in one worker process that dies with its parent; and knows the
    backend's cache of results without starting anything."""

    def warm(self) -> None:
        """Begin the slow start of the worker in the background. Harmless when nothing follows."""
        ...

    def run(self, pipeline: Pipeline, step: Step, python: Path, env: Mapping[str, str]) -> StageResult:
        """Run one step of kind ``stage`` (through the backend) or ``test`` (as it is); `Findings` (WL501, WL502) with the
        code's own output where it fails."""
        ...

    def md5(self, path: Path) -> str | None:
        """What the backend calls the content of a file or folder; None where there is nothing."""
        ...

    def holds(self, md5: str) -> bool:
        """Whether the whole content is in the cache."""
        ...

    def read(self, md5: str) -> bytes | None:
        """A file's bytes from the cache."""
        ...

    def restore(self, md5: str, path: Path) -> None:
        """Put content from the cache at a path, unless it is there already."""
        ...


@dataclass(frozen=True, slots=True)
class DataFinding:
    """A rule that data broke: ``rule`` is the index in the schema's columns (None: the whole table), ``lines`` the first
    lines of the file (rows where the format has no lines) and ``count`` how many rows in all."""

    message: str
    rule: int | None = None
    lines: tuple[int, ...] = ()
    count: int = 0


@dataclass(frozen=True, slots=True)
class DataReport:
    """What a dataset's file turned out to be."""

    rows: int
    columns: int
    sha256: str
    findings: tuple[DataFinding, ...]


class DataChecks(Protocol):
    """Judges a dataset's file by its schema."""

    def check(self, path: Path, data_format: str, schema: Schema) -> DataReport:
        """Read the file once: every broken rule, and the sha256 of its bytes."""
        ...


class Registry(Protocol):
    """The model registry, a projection of the store."""

    def warm(self) -> None:
        """Begin slow starts in the background. Harmless when nothing follows."""
        ...

    def ensure(self, candidate: Candidate, pin: ModelPin, folder: Path, extra: Mapping[str, str]) -> str:
        """The version that holds these bytes, registered once however often this is asked; finishes what a kill left.
        ``extra`` are more tags, except ``lock`` (requirements) and ``contract`` (JSON), which travel beside the model."""
        ...

    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        """``{registered model: {alias: (version, model digest)}}`` for the models that exist."""
        ...

    def versions(self, name: str) -> dict[str, str]:
        """Model digest to version, of one registered model. As cheap as `aliases`."""
        ...

    def set_alias(self, name: str, alias: str, model_digest: str) -> str:
        """Point an alias at the version that holds a digest; the version."""
        ...

    def drop_alias(self, name: str, alias: str) -> None:
        """Remove an alias; absent is fine."""
        ...

    def close(self) -> None:
        """End what was started in the background."""
        ...


class Packager(Protocol):
    """Builds what is served, in the model's interpreter."""

    def warm(self, python: Path) -> None:
        """Begin slow starts in the background. Harmless when nothing follows."""
        ...

    def build(self, python: Path, name: str, model: Path, contract: bytes, lock: bytes) -> tuple[BentoPin, Path]:
        """The bento of a model folder and a contract: the pin (tag by content, digest of its files) and its folder.
        `Findings` (WL523) where the two cannot serve together."""
        ...

    def close(self) -> None:
        """End what was started in the background."""
        ...


class Servers(Protocol):
    """Services that run as detached process groups on this machine, one per environment and model."""

    def environments(self) -> tuple[str, ...]:
        """The environments in which something was ever started here, sorted."""
        ...

    def observe(self, environment: str) -> tuple[Observed, ...]:
        """Every recorded service: present where its process lives; uid is ``pid/birth``, version the time it was started."""
        ...

    def port_holder(self, port: int) -> str | None:
        """Who listens on a port (words for an error), or None when it is free. Answers in milliseconds."""
        ...

    def start(
        self, service: Service, bento: Path, python: Path, env: Mapping[str, str], lock: int | None = None
    ) -> None:
        """Start and record; returns before the service is ready. `World` (WL530) where the port is taken. ``lock`` is a
        descriptor that the child keeps open until its record stands, so that nobody starts a second one before."""
        ...

    def relabel(self, service: Service) -> None:
        """Let the record of a running service lead back to another release of the same bytes; nothing stops."""
        ...

    def wait_ready(self, service: Service, timeout: float) -> float:
        """Seconds until it answered; `World` (WL531) with its last log lines if it died or did not answer."""
        ...

    def stop(self, environment: str, slug: str) -> bool:
        """End the whole group and drop the record; whether something ran."""
        ...

    def tail(self, environment: str, slug: str, lines: int) -> str | None:
        """The last lines of its log; None where it was never started here."""
        ...

    def follow(self, environment: str, slug: str) -> Iterator[str]:
        """What is written to its log from now on, until the service ends."""
        ...

    def ask(self, service: Service, path: str, body: bytes) -> tuple[int, bytes, float]:
        """One request: status, answer, seconds. `World` (WL532) where nothing answers."""
        ...


class Locks(Protocol):
    """One writer at a time per environment of this repository."""

    def hold(self, name: str, progress: Progress) -> AbstractContextManager[int]:
        """Wait for the lock, saying who holds it; its file descriptor. Freed when every process that has it ends."""
        ...


class Ledger(Protocol):
    """The receipts of environments: a branch each, or a folder under `.windlass/` for `local`."""

    def receipts(self, environment: str, rehearsed: bool) -> tuple[Receipt, ...]:
        """All receipts, oldest first, from the remote where there is one."""
        ...

    def append(self, receipt: Receipt) -> Receipt:
        """Number and chain the receipt (its own ``number`` and ``previous`` are overwritten) and store it; push where
        there is a remote, with bounded retries: fetch, chain anew, push.
        """
        ...

    def rewritten(self, environment: str, rehearsed: bool) -> tuple[str, ...]:
        """The commits that changed a receipt after it was written: there should be none."""
        ...


class Templates(Protocol):
    """The folders of backends, shipped with Windlass."""

    def backends(self, axis: str) -> tuple[str, ...]:
        """The names of the backends of one axis, sorted."""
        ...

    def files(self, axis: str, backend: str) -> Mapping[str, str]:
        """Relative path to text of one backend's `backend.yaml` and `*.j2`."""
        ...


@dataclass(frozen=True, slots=True)
class Ports:
    """Every port, wired for one repository. ``store`` makes the store of an environment by name; ``runner`` a stage
    runner over a work folder (a small DVC repository) that uses a cache folder.
    """

    root: Path
    clock: Clock
    files: Files
    git: Git
    progress: Progress
    locks: Locks
    interpreters: Interpreters
    checks: DataChecks
    registry: Registry
    packager: Packager
    servers: Servers
    ledger: Ledger
    templates: Templates
    store: Callable[[str], Store]
    runner: Callable[[Path, Path], StageRunner]
