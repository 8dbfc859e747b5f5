"""Commands that documents name can be typed, files that they name exist, every room of the code has its place in the tour."""

import argparse
import importlib
import io
import re
import shlex
from contextlib import redirect_stderr, redirect_stdout
from fnmatch import fnmatch
from functools import cache

import pytest

from tests.transcript import ROOT
from windlass.cli.main import VERBS
from windlass.model.failure import Failure

TOP = (
    ".ci",
    ".dvc",
    "benchmarks",
    "docs",
    "environments",
    "platform",
    "requirements",
    "schemas",
    "specs",
    "templates",
    "tests",
)
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for pattern in ("*.md", "docs/**/*.md", "templates/**/README.md", "templates/**/specs/README.md", "benchmarks/*.md")
    for path in ROOT.glob(pattern)
)
TICKS = re.compile(r"`([^`\n]+)`")
NO_FILE = re.compile(r"^(/|\.|https?:|models:|windlass(\.dev)?/|\.\./)|[A-Z]{3,}|[ :{}$@,=…]|\.\.\.")
"""Routes, state that is never committed, addresses, branches, annotations, placeholders, anything that is more than a path."""


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_command_can_be_typed(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    if "diagnostics/WL" in document:
        text = text.partition("## Example")[0]  # which is played, and shows mistakes on purpose
    for words in commands(text):
        assert typed(words) == "", f"{document} says `windlass {' '.join(words)}`"


@pytest.mark.parametrize("verb", VERBS)
def test_the_example_of_a_verb_s_help_can_be_typed(verb: str) -> None:
    examples = list(commands(f"`{importlib.import_module(f'windlass.cli.{verb}').EXAMPLE}`"))
    assert examples[0][0] == verb
    assert [typed(words) for words in examples] == [""] * len(examples)


@pytest.mark.parametrize("document", [name for name in DOCUMENTS if "diagnostics/WL" not in name])
def test_every_file_that_is_named_exists(document: str) -> None:
    text = re.sub(r"^```.*?^```", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.S | re.M)
    named = [word.rstrip("/") for word in TICKS.findall(text) if not NO_FILE.search(word)]
    named = [word for word in named if "/" in word or re.search(r"\.(py|md|in|lock|j2|toml)$", word)]
    assert [word for word in named if not exists(word)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_word_of_make_is_a_target(document: str) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    said = re.findall(
        r"(?:^|`|\$ )make ([a-z][a-z-]*)(?=`|$| {2})", (ROOT / document).read_text(encoding="utf-8"), re.M
    )
    assert set(said) <= set(targets)


def test_the_tour_enters_every_room() -> None:
    tour = (ROOT / "docs/rooms.md").read_text(encoding="utf-8")
    rooms = [
        path.name for path in (ROOT / "platform/windlass").iterdir() if path.is_dir() and not path.name.startswith("_")
    ]
    assert [room for room in rooms if f"`{room}/" not in tour] == []


def test_what_cannot_be_typed_or_found_is_noticed() -> None:
    assert list(
        commands("`windlass up a/b`, then\n```\n$ windlass plan dev --out x | less\n    windlass lock   pins\n```")
    ) == [
        ["up", "a/b"],
        ["plan", "dev", "--out", "x"],
        ["lock"],
    ]
    assert typed(["up", "--nonsense"])
    assert typed(["plan", "dev", "--nonsense"])
    assert typed(["validte"])
    assert not exists("engine/nothing.py")
    assert exists("engine/parse.py")
    assert exists("cli/<verb>.py")


def commands(text: str) -> list[list[str]]:
    """What follows `windlass` where it is typed: in backticks, and at the start of a line of a block."""
    lines = [*TICKS.findall(text), *re.findall(r"^(?: {4,}|\$ |[a-z]+\$ )(windlass .*)$", text, re.M)]
    found = []
    for line in lines:
        for part in re.split(r"&&|[|;>]| {3,}|\s#", line.removeprefix("$ ")):
            words = shlex.split(part.strip()) if part.strip().startswith("windlass ") else []
            if len(words) > 1 and not words[1].isupper() and not words[1].startswith("-"):
                found.append(words[1:])
    return found


def typed(words: list[str]) -> str:
    """What is wrong with a command line, as far as its parser can tell. A command that is only named may lack arguments."""
    verb, *rest = words
    if verb not in VERBS:
        return f"no verb {verb}"
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(f"windlass.cli.{verb}").configure(parser)
    parser.add_argument("--output", choices=["text", "json"])
    parser.add_argument("-C")
    parser.add_argument("-v", "--verbose", action="store_true")
    capture = io.StringIO()
    try:
        with redirect_stderr(capture), redirect_stdout(capture):
            parser.parse_intermixed_args(rest)
    except Failure:
        return ""  # the value is what is wrong, or a placeholder
    except (argparse.ArgumentError, SystemExit) as error:
        told = capture.getvalue()
        return "" if "arguments are required" in told or "show this help" in told else f"{error!r} {told}"
    return ""


def exists(name: str) -> bool:
    """Whether a path, or the end of one, stands for something in the repository; `<word>` is any name."""
    pattern = re.sub(r"<\w+>", "*", name)
    return any(fnmatch(path, pattern) or fnmatch(path, f"*/{pattern}") for path in paths())


@cache
def paths() -> frozenset[str]:
    files = [path for top in TOP for path in (ROOT / top).rglob("*")] + list(ROOT.iterdir())
    inside = (path.relative_to(ROOT).as_posix() for path in files if "__pycache__" not in path.parts)
    return frozenset((*inside, *TOP))
