"""The folders of backends."""

from collections.abc import Mapping
from typing import Protocol


class Templates(Protocol):
    """The folders of backends, shipped with Windlass."""

    def backends(self, axis: str) -> tuple[str, ...]:
        """The names of the backends of one axis, sorted."""
        ...

    def files(self, axis: str, backend: str) -> Mapping[str, str]:
        """Relative path to text of one backend's `backend.yaml` and `*.j2`."""
        ...
