"""What the steps of one run tell each other: notes in the store, under the `inputs` digest that names the run.

A note stands when its step is done. So a step that is taken again finds what it did before, and the next one what it needs.
"""

import json
from collections.abc import Mapping
from typing import Any

from windlass.model import digests, layout
from windlass.ports import Store


def write(store: Store, slug: str, inputs: str, step: str, note: Mapping[str, Any]) -> None:
    """Note what a step made."""
    store.write_record(layout.step_note(slug, inputs, step), digests.canonical(dict(note)))


def read(store: Store, slug: str, inputs: str, step: str) -> dict[str, Any] | None:
    """What a step made; None where it is not done, or its note cannot be read: then it is taken again."""
    try:
        note = json.loads(store.record(layout.step_note(slug, inputs, step)) or b"null")
    except ValueError:
        return None
    return note if isinstance(note, dict) else None
