"""`Drift`: one object in a target that is not as it was applied, and who did what to it."""

from dataclasses import dataclass

from windlass.model.plan import FieldChange, Identity


@dataclass(frozen=True, slots=True)
class Drift:
    """``what`` happened: its fields were changed, it was deleted, or somebody's object has its label. ``detail`` says more."""

    identity: Identity
    what: str
    fields: tuple[FieldChange, ...] = ()
    detail: str = ""
