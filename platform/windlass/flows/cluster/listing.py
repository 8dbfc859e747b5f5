"""The writing of the inventory, by one writer: each writing names the version of the one before."""

from typing import Any

from windlass import __version__
from windlass.engine.cluster import applyset, refusals
from windlass.engine.cluster.applyset import Inventory
from windlass.engine.cluster.conflicts import conflicts
from windlass.flows.applying.receipts import Act
from windlass.flows.cluster.reach import CONFIGMAP, Reach, inventory
from windlass.model.failure import Refused, World
from windlass.model.plan import Observed
from windlass.model.refusal import Refusal
from windlass.ports.cluster import ABSENT, Live, Written

ROOT = "windlass-applyset"
"""Who writes it, by the name that the standard gives."""


class Listing:
    """The inventory's parent under one apply."""

    def __init__(self, act: Act, reach: Reach, seen: Observed) -> None:
        """``seen`` is the parent as the plan saw it."""
        self._act, self._cluster = act, reach.cluster
        self._home = inventory(act.environment)
        self._version = seen.version or ABSENT

    def keep(self, held: Inventory) -> None:
        """Let it list these members. Raises `Refused` (WL454) where they are too many, `World` (WL575) where somebody else wrote
        it since."""
        if applyset.too_large(held):
            message = f"{len(held.members)} objects are more than the inventory of one environment can list"
            raise Refused.one("WL454", message, "divide the environment: by teams, each with a target of its own")
        document = applyset.parent(self._home, held, __version__)
        document["metadata"]["resourceVersion"] = self._version
        answer: Written | Refusal = self._cluster.apply(CONFIGMAP, document, ROOT)
        if isinstance(answer, Refusal) and conflicts(answer):
            self._act.ports.progress.note(f"warning: somebody has written into {self._home}; it is set right")
            answer = self._cluster.apply(CONFIGMAP, document, ROOT, force=True)
        if isinstance(answer, Refusal) and answer.code != 409:
            raise refusals.failure(self._home, answer)
        live = self._reread(document) if isinstance(answer, Refusal) else answer.live
        self._version = live["metadata"]["resourceVersion"]

    def _reread(self, document: dict[str, Any]) -> Live:
        """It, where it says what we wrote: an answer was lost."""
        live = self._cluster.read(CONFIGMAP, self._home.namespace, self._home.name)
        if live is not None and applyset.read(live) == applyset.read(document):
            return live
        said = f"somebody else has written the inventory {self._home}"
        raise World.one("WL575", said, "nothing was written since; apply again, it goes on where this one stopped")
