"""What a person sees while long work goes on."""

from typing import Protocol


class Progress(Protocol):
    """What a person sees while long work goes on. Every call is also a named point where a test may kill the process."""

    def begin(self, step: str, about: str = "") -> None:
        """A step starts."""
        ...

    def output(self, text: str) -> None:
        """Raw output of the team's code in the current step."""
        ...

    def end(self, step: str, outcome: str, detail: str = "") -> None:
        """The step ended: ``ran``, ``unchanged``, ``passed``, ``refused``, ``failed`` ..."""
        ...

    def note(self, text: str) -> None:
        """A line of talk."""
        ...

    def point(self, name: str) -> None:
        """A named point inside a step (``register.version``): nothing is shown."""
        ...
