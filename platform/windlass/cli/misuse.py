"""What cannot be understood of a command line, told like every other finding: as text or JSON, with what was probably meant.

Loaded with every command, so it imports next to nothing until something is wrong.
"""

import argparse
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from windlass.model.failure import Usage

CODE = "WL609"
ALIKE = 0.7
"""How near a word must be to be offered: `trian` is `train`, `deploy` is not `explain`."""
ELSEWHERE = {
    "build": "`windlass up` trains and packages, `windlass render` shows what the specs become",
    "check": "`windlass validate` checks every spec",
    "delete": "`windlass down` stops what runs here",
    "deploy": "`windlass up` serves on this machine, `windlass apply ENV` what an environment asks for",
    "destroy": "`windlass down` stops what runs here",
    "diff": "`windlass plan ENV` shows what would change",
    "help": "`windlass --help` lists the verbs, `windlass VERB --help` tells more",
    "history": "`windlass audit` tells what served when, `windlass runs` what was trained",
    "lint": "`windlass validate` checks every spec",
    "list": "`windlass status` lists what runs here, `windlass runs` what was trained",
    "ls": "`windlass status` lists what runs here, `windlass runs` what was trained",
    "ps": "`windlass status` lists what runs here",
    "repro": "`windlass train` runs what changed, `windlass up` serves it too",
    "revert": "`windlass rollback` proposes the release before",
    "run": "`windlass up` trains and serves, `windlass train` only trains",
    "serve": "`windlass up` trains and serves on this machine",
    "start": "`windlass up` trains and serves on this machine",
    "stop": "`windlass down` stops what runs here",
    "test": "`windlass validate` checks specs, `windlass train` runs a model's own tests and gates",
    "undo": "`windlass rollback` proposes the release before",
    "version": "`windlass --version`",
}
"""Words of other tools, and what does that here."""


class Parser(argparse.ArgumentParser):
    """argparse, but what is wrong becomes a `Usage`; long options are written out, so that scripts keep their meaning."""

    def __init__(self, verb: str, about: str | None, example: str) -> None:
        super().__init__(
            prog=f"windlass {verb}",
            description=about,
            epilog=f"example: {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        self._example = example

    def parse(self, words: Sequence[str]) -> argparse.Namespace:
        """The arguments. Raises `Usage` (WL609); an unknown option comes before what is missing, it is mostly the cause."""
        known = self._option_string_actions
        options = words[: words.index("--")] if "--" in words else words
        for word in (word.partition("=")[0] for word in options if word.startswith("--")):
            if word not in known:
                guess = _near(word, (one for one in known if one.startswith("--")))
                hint = f"did you mean `{guess}`?" if guess else self._more()
                raise usage(f"`{self.prog}` has no option `{word}`", hint)
        return self.parse_intermixed_args(words)

    def error(self, message: str) -> NoReturn:
        """What argparse has against it."""
        raise usage(f"`{self.prog}`: {message}", self._more())

    def _more(self) -> str:
        return f"`{self.prog} --help` tells more, for example: {self._example}"


def no_verb(verb: str, verbs: Iterable[str]) -> "Usage":
    """A first word that is no verb of ours."""
    guess = _near(verb, verbs)
    hint = ELSEWHERE.get(verb) or (
        f"did you mean `windlass {guess}`?" if guess else "`windlass --help` lists the verbs"
    )
    return usage(f"no verb `{verb}`", hint)


def usage(message: str, hint: str) -> "Usage":
    """The failure (WL609)."""
    from windlass.model.failure import Usage

    return Usage.one(CODE, message, hint)


def output(words: Sequence[str]) -> str:
    """Which output was asked for, in a command line that could not be parsed."""
    asked = "--output=json" in words or ("--output", "json") in pairwise(words)
    return "json" if asked else "text"


def _near(word: str, known: Iterable[str]) -> str:
    from windlass.engine.wording import near

    return near(word, known, ALIKE)
