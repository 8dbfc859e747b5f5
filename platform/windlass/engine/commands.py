"""How a command is spelled to a person. Whoever rehearses an environment must go on rehearsing it, so every hint that names a
verb with a choice of `--rehearse` is spelled here and nowhere else (`tests/unit/engine/test_commands.py` looks)."""

from windlass.model.specs.environment import Environment

FLAG = "--rehearse"


def windlass(environment: Environment, words: str) -> str:
    """A command for an environment as one types it, in backquotes: "`windlass apply dev --rehearse`"."""
    return f"`{plain(environment.spec.rehearsed, words)}`"


def plain(rehearsed: bool, words: str) -> str:
    """The same without backquotes, where only the way of acting is known."""
    return f"windlass {words} {FLAG}" if rehearsed else f"windlass {words}"
