"""`Environment`: where things go, and what must hold before they go there."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import (
    ADDRESS,
    CURRENCY,
    IMAGE,
    NAMESPACE,
    QUANTITY,
    Digest,
    Document,
    Duration,
    Flag,
    Int,
    Name,
    Number,
    Text,
)
from windlass.model.metadata import Api, Metadata
from windlass.model.specs.dataset import Scalar
from windlass.model.specs.placement import Placement

LOCAL = "local"


class Target(Document):
    """What the documents are applied to. ``port`` is the first port of a local target's services."""

    kind: Literal["local", "kubernetes", "files"]
    """This machine, a cluster, or files for somebody else to apply."""
    namespace: Annotated[str, Field(pattern=NAMESPACE)] | None = None
    """Where objects go; `{team}` stands for the team."""
    context: str | None = None
    """The context of kubeconfig."""
    argo_server: Annotated[str, Field(pattern=ADDRESS)] | None = None
    """The Argo Server that trainings are submitted to and followed at, instead of the cluster's own API:
    `https://argo.example.org`. ARGO_TOKEN says who asks, as for Argo's own command line."""
    wait: Duration = "10m"
    """How long what was applied to a cluster may take to work, and how long another apply is waited for."""
    restarts: Annotated[Int, Field(ge=0)] = 3
    """How often a container of what was applied may start anew before it is waited for no more."""
    home: Annotated[str, Field(pattern=NAMESPACE)] | None = None
    """The namespace of Windlass's own inventory and lock; `windlass-<environment>` where none is said."""
    port: Annotated[Int, Field(ge=1, le=65535)] | None = None
    """The first port of services on this machine."""


class SecretRef(Document):
    """A secret that the place holds already; Windlass never sees what is in it."""

    name: Name
    """Its name."""


class StoreRef(Document):
    """The environment's content store. Every key of ``secret_ref`` becomes an environment variable of who reads it."""

    uri: Text
    """A bucket, or a folder that all who use it share: `s3://ml-dev/windlass`, `file:///srv/store`."""
    endpoint: Annotated[str, Field(pattern=ADDRESS)] | None = None
    """Who keeps the bucket, where it is not AWS: `https://minio.example.org:9000`."""
    secret_ref: SecretRef | None = None
    """The secret with the keys to it."""


class Tracker(Document):
    """The server that trainings write runs to and that keeps registered models. Every key of ``secret_ref`` becomes an
    environment variable of each step: MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD; who
    plans and applies has such variables, too."""

    uri: Annotated[str, Field(pattern=ADDRESS)]
    """Its address: `https://mlflow.example.org`."""
    secret_ref: SecretRef | None = None
    """The secret with the keys to it."""


class Secrets(Document):
    """Where the cluster fetches its secrets itself (External Secrets). Without it they must be in the namespaces already.
    What a model of a team refers to is at ``<team>/<secret>`` in the store, what the environment refers to at ``<secret>``."""

    store: Name
    """The secret store."""
    kind: Literal["ClusterSecretStore", "SecretStore"] = "ClusterSecretStore"
    """Whether one store is for all namespaces, or each has its own by this name."""
    refresh: Duration = "1h"
    """How often they are fetched anew."""


class LockImages(Document):
    """Images that hold the packages of one requirements lock, so that their pods install nothing. Either may be left out."""

    step: Annotated[str, Field(pattern=IMAGE)] | None = None
    """The step image with the lock's interpreter in it: `RUN windlass step install requirements.lock`."""
    runtime: Annotated[str, Field(pattern=IMAGE)] | None = None
    """The runtime image with the lock's packages in its Python."""


class Images(Document):
    """The image lock: what containers run, each by digest. ``runtime`` serves bentos that are no images themselves,
    ``step`` holds Windlass: it runs pipeline steps and fetches bentos."""

    runtime: Annotated[str, Field(pattern=IMAGE)] | None = None
    """The image that serves: `registry.example/runtime@sha256:...`."""
    step: Annotated[str, Field(pattern=IMAGE)] | None = None
    """The image that runs steps of Windlass."""
    base: Annotated[str, Field(pattern=IMAGE)] | None = None
    """The image with Python that both are built on."""
    locks: dict[Digest, LockImages] = {}
    """Images of their own for models of a requirements lock, by its digest, which a Workflow has as its parameter `lock`. Pods
    of other locks install the lock's wheels from the store."""
    pull_secrets: tuple[Name, ...] = ()
    """The secrets that let a cluster pull them."""


class Network(Document):
    """Who may reach services. Everything else is denied."""

    ingress_from: tuple[Name, ...] = ()
    """The namespaces that may ask services, besides their own."""


class Queue(Document):
    """The queue of Kueue that trainings wait in."""

    cluster: Name
    """The ClusterQueue that gives capacity."""
    name: Name = "training"
    """What each team's own queue in front of it is called."""


Price = Annotated[Number, Field(ge=0)]


class Prices(Document):
    """What an hour costs of what is asked for. Plans say what services cost by them."""

    cpu_hour: Price
    """A core."""
    memory_gi_b_hour: Price
    """A GiB of memory."""
    gpu_hour: Price | None = None
    """A GPU."""
    currency: Annotated[str, Field(pattern=CURRENCY)]
    """Of all prices here, by its three letters: EUR."""


class InstanceType(Document):
    """A machine that a platform rents out, where it is asked for machines and not for cores."""

    name: Text
    """How the platform calls it."""
    cpu: Annotated[str, Field(pattern=QUANTITY)]
    """Its cores."""
    memory: Annotated[str, Field(pattern=QUANTITY)]
    """Its memory."""
    gpu: Annotated[Int, Field(ge=1)] | None = None
    """Its GPUs."""
    price_per_hour: Price | None = None
    """What an hour of it costs, in the currency of `prices`."""


class Backends(Document):
    """Which folder of templates spells each axis."""

    pipelines: Text = "dvc"
    """What runs training."""
    serving: Text = "bentoml"
    """What serves."""
    tracking: Text = "mlflow"
    """What keeps runs and registered models."""
    images: Text | None = None
    """What the images of the lock are built by; without it somebody else builds them."""
    tenancy: Text | None = None
    """What keeps teams apart; without it somebody else makes their namespaces."""
    monitoring: Text | None = None
    """What watches services; without it nothing does."""
    logging: Text | None = None
    """The form in which services log requests; without it they log none."""
    secrets: Text = "external-secrets"
    """What brings secrets, where `secrets` is said."""
    access: Text = "kubernetes"
    """What says who may plan and who may apply, for `windlass bootstrap`."""


class Alerting(Document):
    """What people find when an alert comes."""

    runbooks: Text = "docs/runbooks"
    """Where the runbooks are read: an address or a path, followed by `/<Alert>.md`."""


class Retry(Document):
    """How often a step is tried again that the world broke, never one that failed by itself or was refused."""

    limit: Annotated[Int, Field(ge=0)] = 2
    """How often, at most."""
    delay: Duration = "30s"
    """The wait before the first time."""
    factor: Annotated[Int, Field(ge=1)] = 2
    """How much longer each wait is than the one before."""
    max_delay: Duration = "10m"
    """The longest wait."""


class Kept(Document):
    """How long a run can be looked at in the cluster after its end; the store keeps its record for good."""

    succeeded: Duration = "1d"
    """A run that ended well."""
    failed: Duration = "7d"
    """A run that did not."""


class Training(Document):
    """How training runs in a cluster. Only the head of the chain trains."""

    timeout: Duration = "1d"
    """How long one run may take, waiting for its turn included."""
    step_timeout: Duration = "12h"
    """How long one step may take."""
    retry: Retry = Retry()
    """What is tried again."""
    parallelism: Annotated[Int, Field(ge=1)] = 4
    """How many steps of one run go at once."""
    kept: Kept = Kept()
    """How long runs can be looked at."""
    placement: Placement = Placement()
    """Where every step runs; a stage may say more."""


class Promotion(Document):
    """What a release needs before it may enter: approvals, hours in the environment before (``soak``, e.g. ``24h``)."""

    approvals: Annotated[Int, Field(ge=0)] = 1
    """How many people must approve, besides the author."""
    soak: Duration | None = None
    """How long a release must have served in the environment before: 24h."""
    requires: tuple[Literal["gates", "signature"], ...] = ("gates",)
    """What must be proven."""


class Guards(Document):
    """What no plan may exceed. ``max_delete_percent`` counts the environment's live objects."""

    max_delete_percent: Annotated[Int, Field(ge=0, le=100)] = 50
    """The largest share of live objects that one plan may delete."""
    protected_kinds: tuple[Text, ...] = ("Namespace", "CustomResourceDefinition", "PersistentVolumeClaim")
    """Kinds of objects in a cluster that no plan may delete."""


class EnvironmentSpec(Document):
    """One place that serves. The environment without ``promotesFrom`` is the head of the chain: it trains."""

    target: Target
    """What documents are applied to."""
    store: StoreRef | None = None
    """Where data, models and evidence are kept."""
    tracking: Tracker | None = None
    """Where trainings write their runs and register models, and where an alias with the environment's name follows what serves;
    this machine has a registry of its own."""
    images: Images = Images()
    """What containers run."""
    secrets: Secrets | None = None
    """Where the cluster fetches secrets; without it they are there already."""
    network: Network = Network()
    """Who may reach services."""
    queue: Queue | None = None
    """Where trainings wait for capacity."""
    backends: Backends = Backends()
    """Which backends spell the workloads."""
    instance_types: tuple[InstanceType, ...] = ()
    """The machines that there are, for backends that ask for machines; each workload gets the smallest that fits."""
    prices: Prices | None = None
    """What an hour costs; without them no plan says what services cost."""
    training: Training = Training()
    """How training runs, where it runs in a cluster."""
    monitoring: Alerting = Alerting()
    """What people find when an alert comes."""
    options: dict[str, dict[str, Scalar]] = {}
    """What is set of each axis's backend; `windlass backends` lists what there is to set."""
    promotes_from: Name | None = None
    """The environment before this one; the head of the chain has none."""
    promotion: Promotion = Promotion()
    """What a release needs before it may enter."""
    guards: Guards = Guards()
    """What no plan may exceed."""
    plan_max_age: Duration | None = None
    """How old a plan may be when it is applied: 2h."""
    description: str = ""
    """What the environment is for."""
    rehearsed: Flag = False
    """Set by Windlass for ``--rehearse``; never written in a file (a rule says so)."""


class Environment(Document):
    """An environment. ``local`` is embedded: it stands in no file and outside the chain."""

    api_version: Api
    kind: Literal["Environment"]
    metadata: Metadata
    spec: EnvironmentSpec
