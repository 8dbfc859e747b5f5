"""A Kubernetes cluster, as far as an environment needs it: objects are plain data."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from windlass.model.plan import Identity
from windlass.model.refusal import Refusal

Item = TypeVar("Item")
Result = TypeVar("Result")
Live = Mapping[str, Any]
"""An object as the server has it."""
Place = tuple[str, str]
"""Namespace, or nothing, and name of an object."""
ABSENT = "1"
"""A version that no object has: an apply that names it makes an object anew, and is refused (409) where there is one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object that the server serves: where its requests go, and whether it lives in namespaces."""

    group: str
    version: str
    name: str
    plural: str
    namespaced: bool

    @property
    def api(self) -> str:
        """Its `apiVersion`."""
        return f"{self.group}/{self.version}" if self.group else self.version


@dataclass(frozen=True, slots=True)
class Written:
    """What the server made of an object that was applied, whether it is new, and what the server warns of."""

    live: Live
    created: bool
    warnings: tuple[str, ...] = ()


class Cluster(Protocol):
    """Every method raises `World` where the server cannot be reached (WL570), goes on failing (WL571), or does not know who asks
    (WL572). Requests that do no harm twice are asked again, with growing waits, when the server is busy or a connection breaks.
    Once an environment was held, each write raises `World` (WL575) where somebody else may have it by now."""

    @property
    def place(self) -> str:
        """The server, for people."""
        ...

    def served(self) -> Mapping[tuple[str, str], tuple[Kind, ...]]:
        """What the server serves, by group and kind, the version that it prefers first."""
        ...

    def forget(self) -> None:
        """Ask anew what is served: a kind may have come."""
        ...

    def listed(
        self, kind: Kind, label: str, namespaces: Collection[str], known: Collection[Place] | None = None
    ) -> list[Live]:
        """The metadata of all objects with a label (``key=value``), with their kind; where listing all is not allowed, of some
        namespaces, and where not even that is, those of the ``known``, if they are said. A kind that is not served has none."""
        ...

    def whole(
        self, kind: Kind, label: str, namespaces: Collection[str], known: Collection[Place] | None = None
    ) -> list[Live]:
        """The same with all that is in them."""
        ...

    def inside(self, kind: Kind, namespace: str, known: Collection[Place]) -> list[Live]:
        """The metadata of all objects of a kind in a namespace, with their kind, whosever they are; where listing them is not
        allowed, of the ``known`` ones."""
        ...

    def read(self, kind: Kind, namespace: str, name: str) -> Live | None:
        """One object, or None."""
        ...

    def apply(
        self, kind: Kind, sent: Live, manager: str, *, dry: bool = False, force: bool = False
    ) -> Written | Refusal:
        """Server-side apply; where it is ``dry`` the server only says what it would become."""
        ...

    def delete(self, kind: Kind, identity: Identity, uid: str, version: str | None = None) -> Refusal | None:
        """Delete exactly that object, dependents in the background; one that is gone is no refusal."""
        ...

    def create(self, kind: Kind, sent: Live) -> Live | Refusal:
        """A new object; a name that is taken is a refusal (409)."""
        ...

    def replace(self, kind: Kind, sent: Live) -> Live | Refusal:
        """Write an object in the version that was read; one that moved is a refusal (409)."""
        ...

    def events(self, namespace: str, names: Collection[str]) -> list[Live]:
        """What happened to some objects, the newest last."""
        ...

    def pods(self, namespace: str, labels: Mapping[str, str]) -> list[Live]:
        """The pods with all of some labels."""
        ...

    def log(self, namespace: str, pod: str, container: str, lines: int) -> str:
        """The last lines of a container; of the one before it, where it started anew."""
        ...

    def changed(self, kind: Kind, namespace: str, version: str, seconds: float) -> None:
        """Wait until some object of a kind in a namespace changes after a version, or so many seconds have passed."""
        ...

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Sequence[Result]:
        """The results of some work, in the order of its items, several at a time. Raises what the first that failed did."""
        ...

    def hold(self, place: Identity, holder: str, patience: float) -> AbstractContextManager[None]:
        """Have the environment for oneself, waited for so many seconds. Raises `World` (WL574) where somebody else keeps it."""
        ...

    def ours(self) -> None:
        """What `hold` gave is still so: asked before anything is written elsewhere on its word. Raises `World` (WL575)."""
        ...
