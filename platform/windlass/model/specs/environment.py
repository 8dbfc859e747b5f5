"""`Environment`: where things go, and what must hold before they go there."""

from typing import Annotated, Literal

from pydantic import Field

from windlass.model.document import Document, Duration, Flag, Int, Name, Text
from windlass.model.metadata import Api, Metadata

LOCAL = "local"


class Target(Document):
    """What the documents are applied to. ``port`` is the first port of a local target's services."""

    kind: Literal["local", "kubernetes", "files"]
    namespace: str | None = None
    context: str | None = None
    port: Annotated[Int, Field(ge=1, le=65535)] | None = None


class StoreRef(Document):
    """The environment's content store."""

    uri: Text


class Backends(Document):
    """Which folder of templates spells each axis."""

    pipelines: Text = "dvc"
    serving: Text = "bentoml"
    tracking: Text = "mlflow"


class Promotion(Document):
    """What a release needs before it may enter: approvals, hours in the environment before (``soak``, e.g. ``24h``)."""

    approvals: Annotated[Int, Field(ge=0)] = 1
    soak: Duration | None = None
    requires: tuple[Literal["gates", "signature"], ...] = ("gates",)


class Guards(Document):
    """What no plan may exceed. ``max_delete_percent`` counts the environment's live objects."""

    max_delete_percent: Annotated[Int, Field(ge=0, le=100)] = 50


class EnvironmentSpec(Document):
    """One place that serves. The environment without ``promotesFrom`` is the head of the chain: it trains."""

    target: Target
    store: StoreRef | None = None
    backends: Backends = Backends()
    promotes_from: Name | None = None
    promotion: Promotion = Promotion()
    guards: Guards = Guards()
    plan_max_age: Duration | None = None
    description: str = ""
    rehearsed: Flag = False
    """Set by Windlass for ``--rehearse``; never written in a file (a rule says so)."""


class Environment(Document):
    """An environment. ``local`` is embedded: it stands in no file and outside the chain."""

    api_version: Api
    kind: Literal["Environment"]
    metadata: Metadata
    spec: EnvironmentSpec
