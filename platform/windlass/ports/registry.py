"""The model registry."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from windlass.model.candidate import Candidate, ModelPin


class Registry(Protocol):
    """The model registry, a projection of the store."""

    def warm(self) -> None:
        """Begin slow starts in the background. Harmless when nothing follows."""
        ...

    def ensure(self, candidate: Candidate, pin: ModelPin, folder: Path, extra: Mapping[str, str]) -> str:
        """The version that holds these bytes, registered once however often this is asked; finishes what a kill left.
        ``extra`` are more tags, except ``lock`` (requirements) and ``contract`` (JSON), which travel beside the model."""
        ...

    def aliases(self, names: Iterable[str]) -> dict[str, dict[str, tuple[str, str]]]:
        """``{registered model: {alias: (version, model digest)}}`` for the models that exist."""
        ...

    def versions(self, name: str) -> dict[str, str]:
        """Model digest to version, of one registered model. As cheap as `aliases`."""
        ...

    def set_alias(self, name: str, alias: str, model_digest: str) -> str:
        """Point an alias at the version that holds a digest; the version."""
        ...

    def drop_alias(self, name: str, alias: str) -> None:
        """Remove an alias; absent is fine."""
        ...

    def close(self) -> None:
        """End what was started in the background."""
        ...
