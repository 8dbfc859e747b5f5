"""What a gate said: data for tables, evidence and refusals."""

from windlass.model.document import Document, Flag, Text


class GateResult(Document):
    """One gate judged on one value. ``limit`` is the smallest or largest value that passes (after a champion's change
    was applied); ``note`` says why nothing was compared (no champion, other data). ``model`` is the other model whose champion
    it is.
    """

    metric: Text
    slice: str | None = None
    value: float | None = None
    comparison: str = ">="
    limit: float | None = None
    champion: float | None = None
    model: str | None = None
    passed: Flag
    note: str = ""
