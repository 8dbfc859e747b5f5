"""Where rendered files go, and who renders them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Protocol, TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Rendered(Protocol):
    """A folder of rendered files that holds nothing else. Paths are relative to it."""

    def begin(self) -> None:
        """Look whether it may be written; `Usage` (WL615) where it is somebody else's."""
        ...

    def put(self, path: str, data: bytes) -> None:
        """A file that will be there."""
        ...

    def settle(self, folders: Mapping[str, Iterable[str]]) -> None:
        """Put in place what was written: ``folders`` hold these files now, and no others."""
        ...

    def abandon(self) -> None:
        """What was written is not put in place."""
        ...

    def stamp(self, folder: str, names: Iterable[str] | None = None) -> str:
        """What a folder looks like, or some files of it: another one where a file of it changed, is new or gone."""
        ...

    def keep(self, folders: Set[str], fresh: Set[str]) -> None:
        """Remove every other folder, and files that lie in none of them; ``fresh`` are those that must be looked into."""
        ...


class Hands(Protocol):
    """Several processes for work that falls apart into pieces."""

    def each(self, do: Callable[[Piece], Result], pieces: Sequence[Piece]) -> Iterator[Result]:
        """What is done with each piece, in order. ``do`` may do it elsewhere: only what it returns and leaves in the world is
        seen here."""
        ...
