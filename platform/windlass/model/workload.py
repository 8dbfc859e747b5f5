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
    """Replicas, smallest and largest."""

    min: int
    max: int


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
    shutdown_grace_seconds: int = 10

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
