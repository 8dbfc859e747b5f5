"""What the API server answers when it does not do what it is asked: a `Status`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

FIXED = (
    "field is immutable",
    "may not change once set",
    "may not be changed",
    "updates to statefulset spec for fields other than",
)
"""How servers say that a field cannot change in place."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """One answer: the HTTP ``code``, the server's ``reason`` and ``message``, and its ``details`` as it gave them."""

    code: int
    reason: str
    message: str
    details: Mapping[str, Any]

    @property
    def immutable(self) -> bool:
        """Whether it is about a field that cannot change in place."""
        return self.code == 422 and any(words in self.message for words in FIXED)


def refusal(code: int, answer: Mapping[str, Any]) -> Refusal:
    """An answer of the server: a `Status`."""
    return Refusal(code, str(answer.get("reason", "")), str(answer.get("message", "")), answer.get("details") or {})
