"""The folders of backends."""

from collections.abc import Mapping
from typing import Protocol


class Templates(Protocol):
    """The folders of backends, shipped with Windlass and the repository's own. A repository's own file is taken first: it may
    stand in for one of a shipped backend, or belong to a backend that Windlass does not know."""

    def axes(self) -> tuple[str, ...]:
        """The axes that have backends, sorted."""
        ...

    def backends(self, axis: str) -> tuple[str, ...]:
        """The names of the backends of one axis, sorted."""
        ...

    def files(self, axis: str, backend: str) -> Mapping[str, str]:
        """Relative path to text of one backend's `backend.yaml` and `*.j2`. Empty where there is none."""
        ...

    def own(self, axis: str, backend: str) -> tuple[str, ...]:
        """Which of these files are the repository's own, sorted."""
        ...

    def owned(self) -> tuple[tuple[str, str], ...]:
        """Axis and name of every folder of the repository's own, whether it holds a backend or not."""
        ...

    def examples(self, axis: str, backend: str) -> Mapping[str, bytes]:
        """Relative path to bytes of what lies in `examples/` of the repository's own backend, else of the shipped one."""
        ...

    def tool_lock(self) -> str:
        """The requirements lock of Windlass itself."""
        ...
