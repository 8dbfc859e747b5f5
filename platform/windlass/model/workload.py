"""Workloads: the form between specs and every backend, with names, order and resources decided.

One axis has one kind. Units are canonical: ``cpuMillis``, ``memoryBytes``, ``...Seconds``, weights in percent. A backend's
template spells these values and decides nothing. Fields that only clusters need join here; none of these has to change.
"""

from typing import Any, Literal

from windlass.model.document import Digest, Document, Flag, Text


class EnvEntry(Document):
    """An environment variable of a container: a value or a reference to a secret's key."""

    name: Text
    value: str | None = None
    secret_ref: dict[str, str] | None = None

    @property
    def variable(self) -> str:
        """Where a laptop, which has no secret store, finds the value of a reference: WINDLASS_SECRET_<NAME>_<KEY>."""
        ref = self.secret_ref or {}
        return f"WINDLASS_SECRET_{ref.get('name', '')}_{ref.get('key', '')}".upper().replace("-", "_")


class Meta(Document):
    """What every object of a workload says of itself. ``selector`` is the part of the labels that never changes."""

    namespace: Text
    labels: dict[str, str]
    annotations: dict[str, str]
    selector: dict[str, str]


class Image(Document):
    """A container image by digest, never by tag."""

    ref: Text
    digest: Digest


class Fetch(Document):
    """What must lie on the disk before a container starts: a bento and the packages of its lock, brought by a container of
    its own from the store and compared with the digest. ``secret`` holds the keys to the store."""

    image: Image
    store: Text
    secret: str | None = None
    digest: Digest
    bento: Text
    library: Text


class Security(Document):
    """What a pod may do: the restricted profile, as one user, writing only to the named places."""

    uid: int
    writable: dict[str, str]


class Update(Document):
    """How new pods replace old ones; counts of pods and seconds."""

    max_surge: int
    max_unavailable: int
    progress_deadline_seconds: int
    min_available: int | None = None
    """Copies that an eviction must leave; None where there is only one."""


class Network(Document):
    """Which namespaces may ask, besides the pod's own, and which TCP ports the pod may ask."""

    ingress_from: tuple[Text, ...] = ()
    egress_ports: tuple[int, ...] = ()


class Configuration(Document):
    """What a container reads from its cluster: files in ``folder``, of which ``digest`` is the content. ``request_log`` is the
    name of the LogStream that says what is logged of requests."""

    folder: Text
    digest: Digest
    request_log: Text | None = None


class Pod(Document):
    """What only a cluster has to know of a service."""

    image: Image
    pull_secrets: tuple[Text, ...] = ()
    fetch: Fetch | None = None
    command: tuple[Text, ...] | None = None
    security: Security
    service_account: Text
    spread: tuple[Text, ...]
    """Topology keys over which copies are spread, where it can be done."""
    update: Update
    network: Network
    configuration: Configuration | None = None


class Amount(Document):
    """Request and limit of one resource, in its canonical unit."""

    request: int | None = None
    limit: int | None = None


class Gpu(Document):
    """Whole GPUs, and what the cluster calls them."""

    count: int
    resource: Text = "nvidia.com/gpu"


class Resources(Document):
    """What one container asks for."""

    cpu_millis: Amount = Amount()
    memory_bytes: Amount = Amount()
    gpu: Gpu | None = None


class Toleration(Document):
    """A taint that a pod puts up with; of any value where ``value`` is None, with any effect where ``effect`` is."""

    key: Text
    value: str | None = None
    effect: Text | None = None


class Placement(Document):
    """Which nodes a pod may run on."""

    node_selector: dict[str, str] = {}
    tolerations: tuple[Toleration, ...] = ()


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
    resources: Resources = Resources()
    placement: Placement = Placement()
    leaves: tuple[Left, ...] = ()
    timeout_seconds: int | None = None
    retry: Retry | None = None
    """Both None on this machine."""


class Step(Document):
    """One node of the DAG, in topological order, ties by name. ``params`` names entries of the pipeline's parameters."""

    name: Text
    kind: Literal["refresh", "stage", "test", "check", "gate", "register", "package", "publish", "report"]
    profile: Text
    depends_on: tuple[Text, ...] = ()
    command: str | None = None
    deps: tuple[Text, ...] = ()
    outs: tuple[Text, ...] = ()
    params: tuple[Text, ...] = ()
    metrics: tuple[MetricsFile, ...] = ()
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


class Probe(Document):
    """An HTTP probe."""

    path: Text
    period_seconds: int
    timeout_seconds: int
    failure_threshold: int = 3


class Probes(Document):
    """Startup, readiness and liveness."""

    startup: Probe
    ready: Probe
    live: Probe


class Contract(Document):
    """What the service takes and gives: the spec's fields in order (the order of ``input`` is the order of a row's
    columns), each with its ``name``. ``digest`` is of the rest."""

    input: tuple[dict[str, Any], ...]
    output: tuple[dict[str, Any], ...]
    model_format: Text
    digest: Digest


class Variant(Document):
    """One version that takes a share of the traffic."""

    name: Text
    role: Literal["stable", "candidate", "shadow"]
    weight: int
    release: Digest
    generation: int
    model: Digest
    bento: Digest
    bento_tag: Text


class Scale(Document):
    """Replicas, smallest and largest; ``cpu_percent`` is the use of the requested cores that is aimed at in between."""

    min: int
    max: int
    cpu_percent: int = 70


class Service(Document):
    """What serves one release in one environment."""

    name: Text
    team: Text
    model: Text
    environment: Text
    protocol: Literal["bento-http"] = "bento-http"
    port: int
    env: tuple[EnvEntry, ...] = ()
    resources: Resources = Resources()
    variants: tuple[Variant, ...]
    scale: Scale
    probes: Probes
    contract: Contract
    duration_buckets: tuple[float, ...] = ()
    """The bounds of the histogram of durations, in seconds, each promised latency among them; none: the server's own."""
    drain_seconds: int = 5
    """How long a copy still answers after it was told to stop, so that nobody is sent to a closed door."""
    shutdown_grace_seconds: int = 10
    meta: Meta | None = None
    pod: Pod | None = None
    """Both None on this machine."""

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"


class Secret(Document):
    """A secret that the cluster fetches itself, for one namespace. ``remote`` is its name in the store; ``keys`` are those
    that are asked for, none where all are."""

    name: Text
    team: Text
    environment: Text
    store: Text
    store_kind: Literal["ClusterSecretStore", "SecretStore"]
    refresh_seconds: int
    remote: Text
    keys: tuple[Text, ...] = ()
    meta: Meta


class Tracking(Document):
    """What the registry must say: the registered model and the alias that projects this environment's release."""

    name: Text
    team: Text
    model: Text
    environment: Text
    registered_model: Text
    alias: Text
    model_digest: Digest
    release: Digest

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"


Signal = Literal["error_ratio", "slow_ratio", "absence", "data_drift", "freshness"]
"""What an alert is about; backends without PromQL spell it from the structured fields."""
Severity = Literal["page", "ticket", "info"]
"""Whom an alert reaches: ``page`` wakes, ``ticket`` waits for working hours, ``info`` is for owners."""


class Metrics(Document):
    """How a serving backend names what it measures, and where it is read. From its `backend.yaml`."""

    path: Text
    requests: Text
    """A counter, with the labels ``endpoint`` and ``code``."""
    durations: Text
    """A histogram in seconds, with the same labels."""
    in_flight: Text
    endpoint: Text
    code: Text
    endpoints: tuple[Text, ...]
    """The values of ``endpoint`` that are requests of callers; probes are not."""


class ScrapeTarget(Document):
    """Where a service is measured. ``selector`` finds it, ``job_label`` is the label whose value names its series, and
    ``own_labels`` are those of its series that the collector may not take for its own."""

    job: Text
    job_label: Text
    selector: dict[str, str]
    port: Text
    path: Text
    interval_seconds: int
    own_labels: tuple[Text, ...]
    kept: dict[str, tuple[Text, ...]]
    """Series that have one of these labels are kept only with one of these values (or with none)."""


class Objective(Document):
    """A promise. ``objective`` and ``budget`` are shares of requests that sum to 1."""

    name: Text
    signal: Signal
    objective: float
    budget: float
    window_seconds: int
    threshold_seconds: float | None = None


class Record(Document):
    """A query whose answers are kept as a series of their own."""

    name: Text
    labels: dict[str, str]
    query: Text


class Records(Document):
    """Records that are made together, as often as ``interval_seconds`` says."""

    name: Text
    interval_seconds: int
    records: tuple[Record, ...]


class Alert(Document):
    """When somebody is told, and whom.

    ``windows_seconds`` are the long and the short one of a burn rate, ``factor`` the multiple of the budget's even use.
    """

    name: Text
    signal: Signal
    objective: Text | None = None
    severity: Severity
    threshold: float | None = None
    factor: float | None = None
    windows_seconds: tuple[int, ...] = ()
    for_seconds: int | None = None
    labels: dict[str, str]
    summary: Text
    runbook: Text
    query: Text


class Drift(Document):
    """One input whose distribution is compared with that of training."""

    feature: Text
    test: Literal["psi", "ks"]
    warn: float | None = None
    fail: float
    window_seconds: int
    min_samples: int


class Query(Document):
    """One line of a panel."""

    legend: Text
    query: Text


class Panel(Document):
    """One picture of a dashboard, in time."""

    title: Text
    unit: Literal["requests per second", "ratio", "seconds", "count"]
    queries: tuple[Query, ...]


class Dashboard(Document):
    """The pictures as one page; ``uid`` is its address, the same for ever and in no other environment."""

    name: Text
    uid: Text


class Monitor(Document):
    """What is watched of one service. Queries are PromQL, made once; the other fields say the same without a language."""

    name: Text
    dashboard: Dashboard
    team: Text
    model: Text
    environment: Text
    target: ScrapeTarget
    slos: tuple[Objective, ...] = ()
    records: tuple[Records, ...] = ()
    alerts: tuple[Alert, ...] = ()
    drift: tuple[Drift, ...] = ()
    panels: tuple[Panel, ...] = ()
    meta: Meta

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"


class LogStream(Document):
    """What a service says of its requests, one line each. ``percent`` is of the answered ones; who failed is always said."""

    name: Text
    team: Text
    model: Text
    environment: Text
    service: Text
    version: Text
    mode: Literal["all", "request", "response", "none"]
    percent: float
    redact: tuple[Text, ...] = ()
    meta: Meta

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"


class Quota(Document):
    """What a namespace may hold: thousandths of cores, bytes, whole GPUs of one resource name."""

    cpu_millis: int | None = None
    memory_bytes: int | None = None
    gpus: int | None = None
    gpu_resource: Text


class Grant(Document):
    """Verbs on resources of API groups."""

    api_groups: tuple[str, ...]
    resources: tuple[Text, ...]
    verbs: tuple[Text, ...]


class Role(Document):
    """What groups of people may do in a namespace."""

    name: Text
    groups: tuple[Text, ...]
    grants: tuple[Grant, ...]


class Queue(Document):
    """A queue in the namespace, and the cluster's queue behind it."""

    local: Text
    cluster: Text


class Tenancy(Document):
    """What keeps one team to itself in one environment. Traffic is denied unless a workload's own policy allows it."""

    name: Text
    team: Text
    environment: Text
    meta: Meta
    pod_security: Literal["restricted"] = "restricted"
    quota: Quota | None = None
    limits: Resources
    """What a container gets that asks for nothing."""
    view: Role | None = None
    """Who may look, and at what. Nobody may change anything: what runs comes from git."""
    queue: Queue | None = None


class ImageRecipe(Document):
    """What one of Windlass's own images is made of: a base by digest, one user, packages by hash. ``name`` is its folder, which
    is all that a build sees."""

    name: Literal["step", "runtime"]
    environment: Text
    base: Image
    python: Text
    """The oldest Python that the base may have."""
    uid: int
    user: Text
    home: Text
    folders: tuple[Text, ...]
    """What belongs to the user; the first is where it works."""
    env: dict[str, str]
    requirements: str | None = None
    """The lock of what is installed, with hashes; None where models bring everything."""
    build_requirements: str | None = None
    """The part of the lock that packages are built with."""
    wheel: Text | None = None
    """Windlass itself, beside the Dockerfile."""
    entrypoint: tuple[Text, ...]


class Workloads(Document):
    """All that one environment asks for, in name order."""

    environment: Text
    pipelines: tuple[Pipeline, ...] = ()
    services: tuple[Service, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    rehearsed: Flag = False
