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
    """Which namespaces may ask, besides the pod's own."""

    ingress_from: tuple[Text, ...] = ()


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


class Amount(Document):
    """Request and limit of one resource, in its canonical unit."""

    request: int | None = None
    limit: int | None = None


class Resources(Document):
    """What one container asks for."""

    cpu_millis: Amount = Amount()
    memory_bytes: Amount = Amount()


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


class Profile(Document):
    """A distinct container that steps share."""

    name: Text
    env: tuple[EnvEntry, ...] = ()
    resources: Resources = Resources()


class Step(Document):
    """One node of the DAG, in topological order, ties by name. ``params`` names entries of the pipeline's parameters."""

    name: Text
    kind: Literal["stage", "test", "check", "gate", "register", "package", "publish"]
    profile: Text
    depends_on: tuple[Text, ...] = ()
    command: str | None = None
    deps: tuple[Text, ...] = ()
    outs: tuple[Text, ...] = ()
    params: tuple[Text, ...] = ()
    metrics: tuple[MetricsFile, ...] = ()


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


class Workloads(Document):
    """All that one environment asks for, in name order."""

    environment: Text
    pipelines: tuple[Pipeline, ...] = ()
    services: tuple[Service, ...] = ()
    tracking: tuple[Tracking, ...] = ()
    rehearsed: Flag = False
