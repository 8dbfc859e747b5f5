"""`Model`: how a model is trained, judged, registered and served."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import QUANTITY, VARIABLE, Document, Int, Name, Number, Text
from windlass.model.metadata import Api, TeamMetadata
from windlass.model.specs.dataset import Scalar

Quantity = Annotated[str, Field(pattern=QUANTITY)]


class ModelFormat(Document):
    """What the code saves: a format that can be loaded without running code from the file."""

    name: Literal["sklearn"]


class DataRef(Document):
    """A dataset under a local name; ``dataset`` is ``name`` (the same team) or ``team/name``."""

    name: Name
    dataset: Text


class SecretKeyRef(Document):
    """One key of a secret that the environment holds."""

    name: Name
    key: Text


class EnvVar(Document):
    """An environment variable: a literal value or a reference to a secret, exactly one of them."""

    name: Annotated[str, Field(pattern=VARIABLE)]
    value: str | None = None
    secret_key_ref: SecretKeyRef | None = None


class Resources(Document):
    """What a stage or a service asks for, as Kubernetes quantities. The laptop does not enforce them."""

    cpu: Quantity | None = None
    memory: Quantity | None = None


class Metrics(Document):
    """A JSON file of numbers that a stage writes. ``slices`` names groupings inside its key ``slices``:
    ``{"f1": 0.97, "slices": {"digit": {"7": {"f1": 0.99}}}}``.
    """

    path: Text
    names: tuple[Text, ...]
    slices: tuple[Text, ...] = ()


class Stage(Document):
    """One command of the pipeline in DVC's words. A dep that is a name in ``data`` stands for that dataset's file."""

    name: Name
    cmd: Text
    deps: tuple[Text, ...] = ()
    params: dict[str, Scalar] = {}
    outs: tuple[Text, ...] = ()
    metrics: tuple[Metrics, ...] = ()
    env: tuple[EnvVar, ...] = ()
    resources: Resources = Resources()


class Pipeline(Document):
    """The stages that train the model. ``model`` is the out that holds it (a file or a folder)."""

    requirements: Text = "requirements.txt"
    model: Text = "model"
    stages: Annotated[tuple[Stage, ...], Field(min_length=1)]


class Gate(Document):
    """A condition on a metric. ``min``/``max`` are absolute; with ``baseline: champion`` the change against the release
    now in the destination environment is judged instead. ``slice`` is ``{grouping: value}``; the value ``all`` means each.
    """

    metric: Text
    min: Number | None = None
    max: Number | None = None
    baseline: Literal["champion"] | None = None
    min_relative_change: Number | None = None
    max_relative_change: Number | None = None
    slice: Annotated[dict[str, str], Field(min_length=1, max_length=1)] | None = None


class Evaluation(Document):
    """What a candidate must pass before it is registered."""

    gates: tuple[Gate, ...] = ()


class Registry(Document):
    """The registered model's name; ``<team>-<model>`` if not said."""

    name: Text | None = None


class InputField(Document):
    """One field of a request: a scalar, or an array with a fixed shape (one row)."""

    type: Literal["number", "integer", "string", "boolean", "array"]
    items: Literal["number", "integer", "string", "boolean"] | None = None
    shape: tuple[Annotated[Int, Field(ge=1)], ...] | None = None
    minimum: Number | None = None
    maximum: Number | None = None
    enum: tuple[Scalar, ...] | None = None
    description: str = ""


class Output(Document):
    """One field of an answer and how it is taken from the estimator: a method, then a reduction over classes."""

    type: Literal["number", "integer", "string", "boolean", "array"]
    method: Literal["predict", "predict_proba", "decision_function", "transform"] = "predict"
    reduce: Literal["max", "argmax"] | None = None
    description: str = ""


class Example(Document):
    """A real request, asked of the server once it is ready. ``request`` is a JSON file beside the spec."""

    name: Name
    request: Text
    description: str = ""


class Serving(Document):
    """The contract and the size of the service. Fields of ``input`` in order make one row for the estimator."""

    input: dict[str, InputField]
    output: dict[str, Output]
    examples: tuple[Example, ...] = ()
    min_replicas: Annotated[Int, Field(ge=0)] = 1
    max_replicas: Annotated[Int, Field(ge=1)] = 1
    resources: Resources = Resources()
    env: tuple[EnvVar, ...] = ()


class Governance(Document):
    """Who answers for the model and how much harm it could do."""

    risk_class: Literal["minimal", "limited", "high"] = "limited"
    owners: tuple[Text, ...] = ()
    intended_use: Text | None = None


class Tests(Document):
    """The team's own tests, run in the model's environment as the step `test` of training."""

    cmd: Text
    deps: tuple[Text, ...] = ()


class ModelSpec(Document):
    """Everything that is declared of a model."""

    task: Literal["classification", "regression", "other"] = "other"
    model_format: ModelFormat
    data: tuple[DataRef, ...] = ()
    tests: Tests | None = None
    pipeline: Pipeline
    evaluation: Evaluation = Evaluation()
    registry: Registry = Registry()
    serving: Serving | None = None
    governance: Governance = Governance()


class Model(Document):
    """A model: the document beside its code."""

    api_version: Api
    kind: Literal["Model"]
    metadata: TeamMetadata
    spec: ModelSpec
