"""The folders of backends: those of the repository, then those that travel with Windlass (beside the source in a clone, inside the
package once installed)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from windlass.adapters import survey
from windlass.model import layout

_HERE = Path(__file__).resolve()
ABOUT = "backend.yaml"
EXAMPLES = "examples"


def shipped(name: str) -> Path:
    """A folder that travels with Windlass (``templates``, ``docs/diagnostics``, ``schemas``, ``requirements``)."""
    packaged = _HERE.parents[1] / ("_" + name.replace("/", "_"))
    return packaged if packaged.is_dir() else _HERE.parents[3] / name


class LayeredTemplates:
    """`ports.Templates` over the shipped folder and that of one repository. Links are not followed: what a backend is made of
    lies in the repository itself."""

    def __init__(self, root: Path) -> None:
        self._shipped, own = shipped("templates"), root / layout.TEMPLATES
        # In Windlass's own repository both are the same folder, and nothing stands in for anything.
        self._own = None if own.resolve() == self._shipped.resolve() or own.is_symlink() else own
        self._read: dict[tuple[str, str], Mapping[str, str]] = {}

    def axes(self) -> tuple[str, ...]:
        """Folders that hold a backend."""
        return tuple(sorted({path.parents[1].name for path in self._abouts("*")}))

    def backends(self, axis: str) -> tuple[str, ...]:
        """A backend is a folder with a `backend.yaml`."""
        return tuple(sorted({path.parent.name for path in self._abouts(axis)}))

    def files(self, axis: str, backend: str) -> Mapping[str, str]:
        """The repository's own in front; read once in a command."""
        if (axis, backend) not in self._read:
            self._read[axis, backend] = self._found(axis, backend)
        return self._read[axis, backend]

    def _found(self, axis: str, backend: str) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for folder in self._folders(axis, backend):
            for name, path in _files(folder):
                if _belongs(name):
                    found.setdefault(name, path.read_text("utf-8", "replace"))
        return found if ABOUT in found else {}

    def own(self, axis: str, backend: str) -> tuple[str, ...]:
        """What lies in the repository's folder."""
        if self._own is None:
            return ()
        return tuple(sorted(name for name, _ in _files(self._own / axis / backend) if _belongs(name)))

    def owned(self) -> tuple[tuple[str, str], ...]:
        """Folders two levels down."""
        if self._own is None:
            return ()
        return tuple(sorted((path.parent.name, path.name) for path in self._own.glob("*/*") if path.is_dir()))

    def examples(self, axis: str, backend: str) -> Mapping[str, bytes]:
        """The first folder that has some."""
        for folder in self._folders(axis, backend):
            found = {f"{EXAMPLES}/{name}": path.read_bytes() for name, path in _files(folder / EXAMPLES)}
            if found:
                return found
        return {}

    def tool_lock(self) -> str:
        """What `pip install windlass` brings, by hash."""
        return (shipped("requirements") / "tool.lock").read_text("utf-8")

    def _folders(self, axis: str, backend: str) -> Iterator[Path]:
        for top in (self._own, self._shipped):
            if top is not None:
                yield top / axis / backend

    def _abouts(self, axis: str) -> Iterator[Path]:
        for top in (self._own, self._shipped):
            if top is not None:
                yield from top.glob(f"{axis}/*/{ABOUT}")


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    if folder.is_symlink() or folder.parent.is_symlink():
        return
    for path, link in survey.survey(str(folder)):
        if not link:
            yield Path(path).relative_to(folder).as_posix(), Path(path)


def _belongs(name: str) -> bool:
    return name == ABOUT or (name.endswith(".j2") and not name.startswith(f"{EXAMPLES}/"))
