"""`Model`: how a model is trained, judged, registered and served."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import QUANTITY, REF_KEY, VARIABLE, Document, Int, Name, Number, Text
from windlass.model.metadata import Api, TeamMetadata
from windlass.model.specs.dataset import Scalar
from windlass.model.specs.monitoring import Logging, Monitoring
from windlass.model.specs.placement import Placement
from windlass.model.specs.tuning import Tuning

Quantity = Annotated[str, Field(pattern=QUANTITY)]


class ModelFormat(Document):
    """What the code saves: a format that can be loaded without running code from the file."""

    name: Literal["keras", "sklearn"]
    """The library whose format is saved. `keras` is rendered, and trained nowhere yet."""


class DataRef(Document):
    """A dataset under a local name; ``dataset`` is ``name`` (the same team) or ``team/name``."""

    name: Name
    """How stages call it in their deps."""
    dataset: Text
    """`name` of the same team, or `team/name`."""


class SecretKeyRef(Document):
    """One key of a secret that the environment holds."""

    name: Name
    """The secret."""
    key: Annotated[str, Field(pattern=REF_KEY)]
    """The key in it."""


class EnvVar(Document):
    """An environment variable: a literal value or a reference to a secret, exactly one of them."""

    name: Annotated[str, Field(pattern=VARIABLE)]
    """The variable."""
    value: str | None = None
    """Its value, for everybody to read."""
    secret_key_ref: SecretKeyRef | None = None
    """Where the environment keeps it."""


class Resources(Document):
    """What a stage or a service asks for, as Kubernetes quantities. The laptop does not enforce them."""

    cpu: Quantity | None = None
    """Cores: 500m is half of one."""
    memory: Quantity | None = None
    """Bytes: 512Mi, 1Gi."""
    gpu: Annotated[Int, Field(ge=1)] | None = None
    """Whole GPUs."""


class Metrics(Document):
    """A JSON file of numbers that a stage writes. ``slices`` names groupings inside its key ``slices``:
    ``{"f1": 0.97, "slices": {"digit": {"7": {"f1": 0.99}}}}``.
    """

    path: Text
    """The JSON file that the stage writes."""
    names: tuple[Text, ...]
    """The numbers in it; gates may use these."""
    slices: tuple[Text, ...] = ()
    """The groupings below its key `slices`."""


class Stage(Document):
    """One command of the pipeline in DVC's words. A dep that is a name in ``data`` stands for that dataset's file."""

    name: Name
    """How plans, overlays and DVC call it."""
    cmd: Text
    """The command, run in the model's folder."""
    deps: tuple[Text, ...] = ()
    """What it reads: outs of other stages, names of `data`, files."""
    params: dict[str, Scalar] = {}
    """Its parameters, rendered to params.json."""
    outs: tuple[Text, ...] = ()
    """What it writes."""
    metrics: tuple[Metrics, ...] = ()
    """The metrics files that it writes."""
    env: tuple[EnvVar, ...] = ()
    """Its environment variables."""
    resources: Resources = Resources()
    """What it asks for."""
    placement: Placement = Placement()
    """Where in a cluster it runs, on top of what the environment says."""


class Pipeline(Document):
    """The stages that train the model. ``model`` is the out that holds it (a file or a folder)."""

    requirements: Text = "requirements.txt"
    """The Python packages of stages and service; `windlass lock` pins them."""
    model: Text = "model"
    """The out that is registered."""
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]
    """The commands, in any order: deps and outs say who waits for whom."""


class Gate(Document):
    """A condition on a metric. ``min``/``max`` are absolute; with ``baseline: champion`` the change against the release
    now in the destination environment is judged instead, with ``model`` against that of another model. ``slice`` is
    ``{grouping: value}``; the value ``all`` means each.
    """

    metric: Text
    """A name that a stage declares."""
    min: Number | None = None
    """The smallest value that passes."""
    max: Number | None = None
    """The largest value that passes."""
    baseline: Literal["champion"] | None = None
    """Judge the change against the release that serves now."""
    model: Text | None = None
    """Another model of the team, on the same data, whose champion is meant."""
    min_relative_change: Number | None = None
    """The worst change that passes: -0.01 is one percent less."""
    max_relative_change: Number | None = None
    """The largest change that passes."""
    slice: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None
    """A grouping and its value, or `all` for each value."""


class Evaluation(Document):
    """What a candidate must pass before it is registered."""

    gates: tuple[Gate, ...] = ()
    """Every one must pass."""


class Registry(Document):
    """The registered model's name; ``<team>-<model>`` if not said."""

    name: Text | None = None
    """The name in the registry."""

    def of(self, slug: str) -> str:
        """The name under which a model (``team/model``) is registered."""
        return self.name or slug.replace("/", "-")


class InputField(Document):
    """One field of a request: a scalar, or an array with a fixed shape (one row)."""

    type: Literal["number", "integer", "string", "boolean", "array"]
    """What the field is."""
    items: Literal["number", "integer", "string", "boolean"] | None = None
    """What an array holds."""
    shape: tuple[Annotated[Int, Field(ge=1)], ...] | None = None
    """The lengths of an array's dimensions."""
    minimum: Number | None = None
    """The smallest number."""
    maximum: Number | None = None
    """The largest number."""
    enum: tuple[Scalar, ...] | None = None
    """The only values."""
    description: str = ""
    """What the field means."""


class Output(Document):
    """One field of an answer and how it is taken from the estimator: a method, then a reduction over classes."""

    type: Literal["number", "integer", "string", "boolean", "array"]
    """What the field is."""
    method: Literal["predict", "predict_proba", "decision_function", "transform"] = "predict"
    """What the estimator is asked for."""
    reduce: Literal["max", "argmax"] | None = None
    """How numbers for classes become one."""
    description: str = ""
    """What the field means."""


class Example(Document):
    """A real request, asked of the server once it is ready. ``request`` is a JSON file beside the spec."""

    name: Name
    """How it is called."""
    request: Text
    """The JSON file with the request."""
    description: str = ""
    """What is asked, in words."""


class Serving(Document):
    """The contract and the size of the service. Fields of ``input`` in order make one row for the estimator."""

    input: dict[str, InputField]
    """The fields of a request; in order they make one row."""
    output: dict[str, Output]
    """The fields of an answer."""
    examples: tuple[Example, ...] = ()
    """Requests that are asked of every server."""
    min_replicas: Annotated[Int, Field(ge=0)] = 1
    """The fewest copies."""
    max_replicas: Annotated[Int, Field(ge=1)] = 1
    """The most copies."""
    resources: Resources = Resources()
    """What one copy asks for."""
    env: tuple[EnvVar, ...] = ()
    """Its environment variables."""


class Governance(Document):
    """Who answers for the model and how much harm it could do."""

    risk_class: Literal["minimal", "limited", "high"] = "limited"
    """How much harm a wrong answer could do."""
    owners: tuple[Text, ...] = ()
    """Who answers for the model."""
    intended_use: Text | None = None
    """The document that says what the model is for, and what it is not for."""


class Schedule(Document):
    """When something is done again and again."""

    cron: Text
    """Minute, hour, day of the month, month, day of the week (0 is Sunday): `0 3 * * 1`."""
    timezone: Text = "Etc/UTC"
    """The time zone of the clock that it goes by: Europe/Berlin."""


class Retraining(Document):
    """When a model is trained again although nobody changed its spec: new data alone makes a new candidate."""

    schedule: Schedule
    """By the clock."""


class Tests(Document):
    """The team's own tests, run in the model's environment as the step `test` of training."""

    cmd: Text
    """The command, run in the model's folder."""
    deps: tuple[Text, ...] = ()
    """What it reads."""


class ModelSpec(Document):
    """Everything that is declared of a model."""

    task: Literal["classification", "regression", "other"] = "other"
    """What kind of answer the model gives."""
    model_format: ModelFormat
    """How the model is saved."""
    data: tuple[DataRef, ...] = ()
    """The datasets that stages read."""
    tests: Tests | None = None
    """The team's own tests."""
    pipeline: Pipeline
    """How the model is trained."""
    tuning: Tuning | None = None
    """Which of its parameters are searched for."""
    evaluation: Evaluation = Evaluation()
    """When it is good enough."""
    registry: Registry = Registry()
    """Where it is registered."""
    serving: Serving | None = None
    """How it is served; without it the model is only registered."""
    retraining: Retraining | None = None
    """When it is trained again."""
    monitoring: Monitoring | None = None
    """What is promised of the service and watched of its data."""
    logging: Logging | None = None
    """What is kept of requests."""
    governance: Governance = Governance()
    """Who answers for it."""


class Model(Document):
    """A model: the document beside its code."""

    api_version: Api
    kind: Literal["Model"]
    metadata: TeamMetadata
    spec: ModelSpec
