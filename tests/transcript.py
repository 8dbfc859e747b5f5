"""Documents that are tests: a Markdown page is played in a scratch repository and its console blocks must come true.

A page is played from top to bottom. What its fenced blocks mean, by their info string:

- ```` ```yaml specs/vision/digits/model.yaml ```` (language, path): the block is written to that file;
- ```` ```diff specs/vision/digits/model.yaml ````: lines with `-` are replaced by those with `+`; context lines start with a blank;
- ```` ```console ````: each `$ command` is run by `sh` in the repository and everything after it is its exact output (stdout and
  stderr as they come). `...` alone on a line stands for any lines, inside a line for any text. A last line `exit N` states the
  exit code where it is not 0. A command goes on in the next line after a backslash; `cd` lasts to the end of the page;
- any other block is for the reader only.

`<!-- start: empty -->` anywhere in a page plays it in an empty folder that is no git repository; otherwise it starts with a
committed copy of `tests/base`. `<!-- slow -->` marks it slow.

What differs from run to run is replaced on both sides before comparing (`NORMAL`): durations, times, digests and hex ids, pids,
the folder's own path. In a line where something was replaced, runs of blanks count as two, so columns need not line up.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

ROOT = Path(__file__).resolve().parent.parent
BASE = ROOT / "tests" / "base"
BLANKS = re.compile(r"(?<=\S) {2,}")
FENCE = re.compile(r"^(`{3,})(\w*)[ \t]*(.*)$")
NORMAL = (
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?( ?UTC|Z|[+-]\d\d:?\d\d)?"), "<time>"),
    (re.compile(r"(?<![\w:.])\d\d:\d\d(:\d\d)?(?![\d:])"), "<clock>"),
    (re.compile(r"(?<![\d.])\d+(\.\d+)? (ms|s|min|h|days?)\b"), "<duration>"),
    (re.compile(r"\bsha256:[0-9a-f]{4,64}(…|\.\.\.)?"), "sha256:<hex>"),
    (re.compile(r"(?<![\w./-])[0-9a-f]{4,64}(…)"), "<hex>"),
    (re.compile(r"\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{7,64}\b"), "<hex>"),
    (re.compile(r"\bpid \d+"), "pid <n>"),
    (re.compile(r"(?<=[a-z]:)[0-9a-f]{8}\b"), "<hex>"),
)


@dataclass(frozen=True)
class Block:
    """One fenced block: language, rest of the info string, text, and the line of the page where it starts."""

    language: str
    about: str
    text: str
    line: int


@dataclass(frozen=True)
class Command:
    """One command of a console block with what it must print."""

    words: str
    expected: tuple[str, ...]
    exit: int
    line: int


def parameters(pages: list[Path]) -> list[ParameterSet]:
    """Pages as parameters of a test, named by their stem; slow ones marked."""
    slow = [pytest.mark.slow]
    return [
        pytest.param(page, id=page.stem, marks=slow if "<!-- slow -->" in page.read_text() else []) for page in pages
    ]


def blocks(page: str) -> Iterator[Block]:
    """The fenced blocks of a page in order."""
    fence, start, head, body = "", 0, ("", ""), []
    for number, line in enumerate(page.splitlines(), 1):
        found = FENCE.match(line)
        if not fence and found:
            fence, start, head, body = found[1], number, (found[2], found[3].strip()), []
        elif fence and line.strip() == fence:
            yield Block(head[0], head[1], "".join(text + "\n" for text in body), start)
            fence = ""
        elif fence:
            body.append(line)


def commands(block: Block) -> Iterator[Command]:
    """The commands of a console block."""
    lines = block.text.splitlines()
    starts = [at for at, line in enumerate(lines) if line.startswith("$ ")] + [len(lines)]
    for at, end in pairwise(starts):
        words, first = lines[at][2:], at + 1
        while words.endswith("\\"):
            words, first = words[:-1] + lines[first].lstrip("> "), first + 1
        expected, code = lines[first:end], 0
        while expected and not expected[-1].strip():
            expected.pop()
        if expected and (stated := re.fullmatch(r"exit (\d+)", expected[-1])):
            expected, code = expected[:-1], int(stated[1])
        yield Command(words, tuple(expected), code, block.line + 1 + at)


def normal(line: str, folder: Path) -> str:
    """A line with everything replaced that no two runs share."""
    line = line.rstrip().replace(str(folder), "<here>")
    changed = line
    for pattern, word in NORMAL:
        changed = pattern.sub(word, changed)
    return changed if changed == line else re.sub(BLANKS, "  ", changed)


def matches(expected: list[str], actual: list[str]) -> bool:
    """Whether lines say the same; `...` alone stands for any lines, inside a line for any text."""
    if not expected:
        return not actual
    if expected[0].strip() == "...":
        return any(matches(expected[1:], actual[skip:]) for skip in range(len(actual) + 1))
    if not actual:
        return False
    first, line = expected[0], actual[0]
    if "..." in first:  # what is left out may be what a run of blanks was replaced for
        first, line = (re.sub(BLANKS, "  ", text) for text in (first, line))
    pattern = ".*".join(re.escape(part) for part in first.split("..."))
    return bool(re.fullmatch(pattern, line)) and matches(expected[1:], actual[1:])


def play(page: Path, scratch: Path, made: Path | None = None) -> None:
    """Play a page in a scratch folder, or in the repository that was ``made`` for it; AssertionError says what was printed
    instead, and where in the page.
    """
    text = page.read_text(encoding="utf-8")
    folder = made or scratch / "repo"
    environment = surroundings(scratch)
    if made is not None:
        pass
    elif "<!-- start: empty -->" in text:
        folder.mkdir()
    else:
        shutil.copytree(BASE, folder)
        for words in ("init -q", "add -A", "commit -q -m base"):
            subprocess.run(["git", *words.split()], cwd=folder, env=environment, check=True)
    try:
        _play(page, text, folder, environment)
    finally:
        # a page that stops in the middle leaves no service behind
        for record in folder.glob("**/.windlass/*/run/*/*.json"):
            subprocess.run(["windlass", "down"], cwd=record.parent, env=environment, capture_output=True, check=False)


def _play(page: Path, text: str, folder: Path, environment: dict[str, str]) -> None:
    where = folder
    for block in blocks(text):
        if block.language == "console":
            for command in commands(block):
                where = _run(command, where, folder, environment, f"{page.name}:{command.line}")
        elif block.language == "diff" and block.about:
            _edit(folder / block.about, block, f"{page.name}:{block.line}")
        elif block.about and block.language not in ("text",):
            target = folder / block.about
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")


def surroundings(scratch: Path) -> dict[str, str]:
    """An environment with this very `windlass` first on PATH, a git identity, and nothing of the person's own settings.

    Models' interpreters are taken from the person's cache: making them anew would take minutes.
    """
    tools = scratch / "bin"
    tools.mkdir(exist_ok=True)
    starter = tools / "windlass"
    starter.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}/platform" exec "{sys.executable}" -m windlass "$@"\n')
    starter.chmod(0o755)
    settings = scratch / "gitconfig"
    settings.write_text("[user]\n\tname = Ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n")
    kept = {name: value for name, value in os.environ.items() if name.startswith("UV_")}
    home = Path(os.environ.get("HOME", "/"))
    caches = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return kept | {
        "PATH": os.pathsep.join([str(tools), str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "HOME": str(scratch),
        "XDG_CACHE_HOME": str(caches),
        "WINDLASS_CACHE": os.environ.get("WINDLASS_CACHE") or str(caches / "windlass"),
        "GIT_CONFIG_GLOBAL": str(settings),
        "GIT_CONFIG_NOSYSTEM": "1",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "NO_COLOR": "1",
        "DO_NOT_TRACK": "1",
    }


def _run(command: Command, where: Path, folder: Path, environment: dict[str, str], place: str) -> Path:
    note = folder.parent / "where"
    script = f'{command.words}\ncode=$?\npwd -P > "{note}"\nexit $code\n'
    both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    done = subprocess.run(["sh", "-c", script], cwd=where, env=environment, timeout=600, check=False, **both)
    printed = done.stdout.decode("utf-8", "replace").splitlines()
    expected = [normal(line, folder) for line in command.expected]
    actual = [normal(line, folder) for line in printed]
    told = f"{place}: $ {command.words}\n--- expected (exit {command.exit})\n" + "\n".join(command.expected)
    told += f"\n+++ printed (exit {done.returncode})\n" + "\n".join(printed) + "\n"
    if done.returncode != command.exit or not matches(expected, actual):
        raise AssertionError(told)
    return Path(note.read_text().strip()) if note.exists() else where


def _edit(target: Path, block: Block, place: str) -> None:
    lines = block.text.splitlines()
    before = "".join(line[1:] + "\n" for line in lines if line[:1] in (" ", "-", ""))
    after = "".join(line[1:] + "\n" for line in lines if line[:1] in (" ", "+", ""))
    text = target.read_text(encoding="utf-8")
    assert text.count(before) == 1, (
        f"{place}: the old lines stand {text.count(before)} times in {target.name}\n{before}"
    )
    target.write_text(text.replace(before, after), encoding="utf-8")
