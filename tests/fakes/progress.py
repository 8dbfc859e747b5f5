"""Progress that shows nothing, remembers everything, and does what a test wants at a named point."""

from collections.abc import Callable, Mapping

from windlass.ports import Progress


class HeardProgress(Progress):
    """``steps`` are (name, outcome, detail) of what ended, ``points`` the named points, ``printed`` the team's own output,
    ``notes`` the talk. ``at`` maps a point to what happens there: an exception, or a kill.
    """

    def __init__(self, at: Mapping[str, Callable[[], None]] | None = None) -> None:
        self.steps: list[tuple[str, str, str]] = []
        self.points: list[str] = []
        self.notes: list[str] = []
        self.printed = ""
        self._at = at or {}

    def begin(self, step: str, about: str = "") -> None: ...

    def output(self, text: str) -> None:
        self.printed += text

    def end(self, step: str, outcome: str, detail: str = "") -> None:
        self.steps.append((step, outcome, detail))

    def note(self, text: str) -> None:
        self.notes.append(text)

    def point(self, name: str) -> None:
        self.points.append(name)
        if name in self._at:
            self._at[name]()
