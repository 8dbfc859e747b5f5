"""The folders of backends: beside the source in a clone, inside the package once installed."""

from collections.abc import Mapping
from pathlib import Path

_HERE = Path(__file__).resolve()


def shipped(name: str) -> Path:
    """A folder that travels with Windlass (``templates``, ``docs/diagnostics``, ``schemas``)."""
    packaged = _HERE.parents[1] / ("_" + name.replace("/", "_"))
    return packaged if packaged.is_dir() else _HERE.parents[3] / name


class ShippedTemplates:
    """`ports.Templates` over the shipped folder."""

    def __init__(self) -> None:
        self._folder = shipped("templates")

    def backends(self, axis: str) -> tuple[str, ...]:
        """A backend is a folder with a `backend.yaml`."""
        return tuple(sorted(path.parent.name for path in (self._folder / axis).glob("*/backend.yaml")))

    def files(self, axis: str, backend: str) -> Mapping[str, str]:
        """`backend.yaml` and the templates, by their path inside the folder."""
        folder = self._folder / axis / backend
        paths = [folder / "backend.yaml", *sorted(folder.rglob("*.j2"))]
        return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths if path.is_file()}
