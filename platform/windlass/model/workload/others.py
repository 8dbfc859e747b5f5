"""`Secret`, `Tracking`, `LogStream` and `ImageRecipe`: kinds of one part each."""

from typing import Literal

from windlass.model.document import Digest, Document, Text
from windlass.model.workload.parts import Image, Meta


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
    """What the registry must say: the registered model, the version that holds these bytes with what it says of itself, and
    the alias that projects this environment's release."""

    name: Text
    team: Text
    model: Text
    environment: Text
    registered_model: Text
    alias: Text
    model_digest: Digest
    release: Digest
    version_tags: dict[str, str]
    meta: Meta | None = None
    """None on this machine."""

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
