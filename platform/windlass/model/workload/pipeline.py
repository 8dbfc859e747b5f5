"""`Pipeline`: what trains a model or writes a dataset, and what only a cluster has to know of a run."""

from typing import Any, Literal

from windlass.model.document import Digest, Document, Flag, Text
from windlass.model.workload.parts import EnvEntry, Image, Meta, Network, Placement, Resources, Security
from windlass.model.workload.search import Search


class Retry(Document):
    """A container that ended with one of these codes, or without one, is started again: ``limit`` times at most, after
    ``delay_seconds`` and then ``factor`` times as long, up to ``max_delay_seconds``."""

    exit_codes: tuple[int, ...]
    limit: int
    delay_seconds: int
    factor: int
    max_delay_seconds: int


class Parameter(Document):
    """A parameter of the pipeline; ``text`` is its one canonical text for engines that know only strings."""

    name: Text
    type: Literal["integer", "number", "string", "boolean"]
    value: Any
    text: str


class DataInput(Document):
    """A dataset that the pipeline reads. ``path`` is relative to the pipeline's folder; ``rev`` is DVC's md5, if known."""

    name: Text
    dataset: Text
    path: Text
    rev: str | None = None


class MetricsFile(Document):
    """A metrics file and the names that it must hold."""

    path: Text
    names: tuple[Text, ...]
    slices: tuple[Text, ...] = ()


class Left(Document):
    """A small value that a step leaves for others in a file: digests, or one word. ``shown`` ones are what the whole run
    leaves."""

    name: Text
    path: Text
    shown: Flag = False


class Profile(Document):
    """A distinct container that steps share."""

    name: Text
    env: tuple[EnvEntry, ...] = ()
    secrets: tuple[Text, ...] = ()
    """Secrets that are taken whole: every key of them is a variable."""
    resources: Resources = Resources()
    placement: Placement = Placement()
    leaves: tuple[Left, ...] = ()
    timeout_seconds: int | None = None
    retry: Retry | None = None
    """Both None on this machine."""


class Step(Document):
    """One node of the DAG, in topological order, ties by name. ``params`` names entries of the pipeline's parameters."""

    name: Text
    kind: Literal[
        "refresh", "stage", "trial", "reduce", "test", "check", "gate", "register", "package", "publish", "report"
    ]
    profile: Text
    depends_on: tuple[Text, ...] = ()
    command: str | None = None
    deps: tuple[Text, ...] = ()
    outs: tuple[Text, ...] = ()
    params: tuple[Text, ...] = ()
    metrics: tuple[MetricsFile, ...] = ()
    search: Search | None = None
    """Of the stage that tunes; in a cluster of the step that is taken once for each trial, and of the one after it."""
    always: Flag = False
    """Taken also where ``refresh`` found that there is nothing to train."""


class Schedule(Document):
    """A clock that starts runs: five fields of cron, a time zone of IANA. Seconds late are forgiven, one run at a time."""

    cron: Text
    timezone: Text
    starting_deadline_seconds: int
    history: int


class Run(Document):
    """What only a cluster has to know of a pipeline: what its runs are made of, each by digest, and how they go.

    ``name`` is of the run that is now asked for, None where its data was never collected; ``inputs`` its digest. ``data``
    holds the revisions of datasets, ``spec`` the documents that steps read, ``code`` and ``lock`` what they run: the store
    has them all. ``exit`` is the step that is taken however the others end, ``mutex`` what two runs of one model cannot
    hold at once.
    """

    name: Text | None = None
    image: Image
    pull_secrets: tuple[Text, ...] = ()
    store: Text
    secret: str | None = None
    code: Digest
    lock: Digest
    spec: Digest
    inputs: Digest | None = None
    data: str
    command: tuple[Text, ...]
    out: Text
    """The folder in which a step finds room for what it leaves to others."""
    security: Security
    service_account: Text
    executor: Text
    token: Text
    """The secret with the executor's token, which containers of steps do not get."""
    exit: Step
    mutex: Text
    parallelism: int
    timeout_seconds: int
    kept_succeeded_seconds: int
    kept_failed_seconds: int
    logs_seconds: int
    """How long the pod of a step that ended well stays, so that its log can be read."""
    pod_labels: dict[str, str]
    network: Network
    schedule: Schedule | None = None


class Pipeline(Document):
    """What trains one model, or what writes one dataset (``purpose: source``; ``model`` is then the dataset's name).
    ``folder`` and ``source`` (the spec) are relative to the repository, ``requirements`` (the lock) to ``folder``."""

    name: Text
    purpose: Literal["train", "source"]
    team: Text
    model: Text
    environment: Text
    folder: Text
    source: Text
    requirements: Text
    parameters: tuple[Parameter, ...] = ()
    inputs: tuple[DataInput, ...] = ()
    profiles: tuple[Profile, ...] = ()
    steps: tuple[Step, ...] = ()
    meta: Meta | None = None
    run: Run | None = None
    """Both None on this machine, and where DVC alone runs it."""

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"

    @property
    def stages(self) -> tuple[Step, ...]:
        """The steps that run the team's own commands through the pipelines backend."""
        return tuple(step for step in self.steps if step.kind == "stage")

    @property
    def search(self) -> Search | None:
        """The search of a model that is tuned."""
        return next((step.search for step in self.steps if step.search is not None), None)
