"""Reading what an API server returned: what has not the promised form counts as not said, so that no object stops a wait."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Live = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Condition:
    """One word of a controller about an object. ``status`` is True, False or Unknown, as texts."""

    type: str
    status: str = "Unknown"
    reason: str = ""
    message: str = ""

    @property
    def words(self) -> str:
        """Its message; the reason where it has none."""
        return self.message or self.reason


def at(value: Any, *keys: str) -> Any:
    """What stands below a path of keys; None where nothing does."""
    for key in keys:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


def text(value: Any, *keys: str) -> str:
    """A text, or the empty one."""
    found = at(value, *keys)
    return found if isinstance(found, str) else ""


def number(value: Any, *keys: str, default: int = 0) -> int:
    """A whole number."""
    found = at(value, *keys)
    return found if isinstance(found, int) and not isinstance(found, bool) else default


def items(value: Any, *keys: str) -> list[Live]:
    """The objects in a list."""
    found = at(value, *keys)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def group(live: Live) -> str:
    """The API group; empty for the core."""
    return text(live, "apiVersion").rpartition("/")[0]


def condition(live: Live, name: str) -> Condition:
    """What is said of an object's present generation under a name."""
    return among(items(live, "status", "conditions"), name, number(live, "metadata", "generation"))


def among(conditions: Iterable[Live], name: str, generation: int) -> Condition:
    """The condition of a name. What was said of an earlier generation has not been said of this one."""
    for one in conditions:
        if text(one, "type") == name and number(one, "observedGeneration", default=generation) >= generation:
            return Condition(name, text(one, "status"), text(one, "reason"), text(one, "message"))
    return Condition(name)
