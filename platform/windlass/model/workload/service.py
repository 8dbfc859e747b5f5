"""`Service`: what serves one release, and what only a cluster has to know of its pods."""

from typing import Any, Literal

from windlass.model.document import Digest, Document, Text
from windlass.model.workload.parts import EnvEntry, Image, Meta, Network, Resources, Security


class Fetch(Document):
    """What must lie on the disk before a container starts: a bento and the packages of its lock, brought by a container of
    its own from the store and compared with the digest. ``secret`` holds the keys to the store, ``endpoint`` says who keeps it;
    ``library`` is None where the image has the packages."""

    image: Image
    store: Text
    endpoint: str | None = None
    secret: str | None = None
    digest: Digest
    bento: Text
    library: Text | None = None


class Update(Document):
    """How new pods replace old ones; counts of pods and seconds."""

    max_surge: int
    max_unavailable: int
    progress_deadline_seconds: int
    min_available: int | None = None
    """Copies that an eviction must leave; None where there is only one."""


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


class TakenSecret(Document):
    """A secret that a platform takes whole: every key of it is a variable. ``keys`` says for each where its value is kept
    elsewhere, as ``secret/key``."""

    name: Text
    keys: dict[str, str]


class Managed(Document):
    """What only a platform that runs services by itself has to know of one. ``name`` is its name among all environments,
    ``program`` the name of the service inside the bento."""

    name: Text
    program: Text
    labels: dict[str, str]
    secrets: tuple[TakenSecret, ...] = ()
    update: Update


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
    """Both None where it runs in no cluster of ours."""
    managed: Managed | None = None
    """None where no platform runs it."""

    @property
    def slug(self) -> str:
        """``team/model``."""
        return f"{self.team}/{self.model}"
