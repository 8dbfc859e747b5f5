"""The stage of the tour: a scratch folder with a bare remote, people with clones of their own, and commands that are printed
before they run."""

import difflib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
TAKEN = ("specs/vision", "environments", "schemas", ".gitignore", ".dvc", ".dvcignore")
"""What a config repository consists of; the tool itself stays where it is."""
SETTINGS = "[init]\n\tdefaultBranch = main\n[pull]\n\tff = only\n[advice]\n\tdetachedHead = false\n[commit]\n\tgpgsign = false\n"


class Wrong(Exception):
    """Something did not go as the story says."""


@dataclass(frozen=True)
class Ran:
    """A command that was run."""

    code: int
    output: str


@dataclass
class Person:
    """Somebody with a clone. ``does`` runs a command there and shows it."""

    name: str
    about: str
    folder: Path
    stage: "Stage"

    def does(self, command: str, expect: int = 0, quiet: bool = False) -> Ran:
        """Run a command as typed; its exit code must be the one expected."""
        return self.stage.run(self, command, expect, quiet)

    def asks(self, command: str) -> str:
        """Run a command without showing it, for the checks at the end."""
        return self.stage.ask(self, command)

    def edits(self, path: str, old: str, new: str) -> None:
        """Change a text in a file, and show the change as a diff would."""
        self.stage.say(f"{self.name} edits {path}")
        file = self.folder / path
        before = file.read_text(encoding="utf-8")
        if before.count(old) != 1:
            raise Wrong(f"{path} has `{old.strip()}` {before.count(old)} times")
        after = before.replace(old, new)
        for line in difflib.ndiff(before.splitlines(), after.splitlines()):
            if line[0] in "-+":
                self.stage.print(f"    {line[0]} {line[2:].strip()}")
        file.write_text(after, encoding="utf-8")


@dataclass
class Stage:
    """The scratch folder and who acts in it."""

    folder: Path
    colour: bool = field(default_factory=lambda: sys.stdout.isatty() and "NO_COLOR" not in os.environ)
    people: list[Person] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def set(self) -> None:
        """Make the remote, with this repository's specs and environments on main."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "bin").mkdir()
        starter = self.folder / "bin" / "windlass"
        starter.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m windlass "$@"\n', encoding="utf-8")
        starter.chmod(0o755)
        (self.folder / "gitconfig").write_text(SETTINGS, encoding="utf-8")
        self._git("init", "-q", "--bare", "-b", "main", "remote.git", at=self.folder)
        start = self.folder / "start"
        _copy(start)
        self._git("init", "-q", "-b", "main", at=start)
        self._git("add", "-A", at=start)
        identity = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        self._git(*identity, "commit", "-q", "-m", "specs and environments", at=start)
        self._git("push", "-q", str(self.folder / "remote.git"), "main", at=start)
        shutil.rmtree(start)

    def enter(self, name: str, about: str) -> Person:
        """A person with a clone and an identity."""
        person = Person(name, about, self.folder / name.lower(), self)
        self._git("clone", "-q", str(self.folder / "remote.git"), name.lower(), at=self.folder)
        self._git("config", "user.name", name, at=person.folder)
        self._git("config", "user.email", f"{name.lower()}@example.org", at=person.folder)
        self.people.append(person)
        return person

    def act(self, title: str) -> None:
        """A chapter."""
        self.print("")
        self.print(self._bold(f"== {title}"))

    def say(self, text: str) -> None:
        """A sentence of the story."""
        self.print("")
        self.print(text)

    def run(self, person: Person, command: str, expect: int, quiet: bool) -> Ran:
        """Show, run, show what it says; stop the tour where the exit code is another one."""
        self.print("")
        self.print(self._bold(f"{person.name.lower()}$ {command}"))
        with subprocess.Popen(
            ["sh", "-c", command],
            cwd=person.folder,
            env=self.surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            assert process.stdout is not None
            lines = []
            for line in process.stdout:
                lines.append(line)
                if not quiet:
                    self.print("  " + line.rstrip("\n"))
            code = process.wait()
        if code != 0:
            self.print(f"  exit {code}")
        if code != expect:
            raise Wrong(f"`{command}` ended with exit {code}, not {expect}:\n{''.join(lines)}")
        return Ran(code, "".join(lines))

    def ask(self, person: Person, command: str) -> str:
        """Run quietly; what stdout said."""
        words = ["sh", "-c", command]
        done = subprocess.run(
            words, cwd=person.folder, env=self.surroundings, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise Wrong(f"`{command}` ended with exit {done.returncode}: {done.stderr}")
        return done.stdout

    @property
    def surroundings(self) -> Mapping[str, str]:
        """The person's own environment, with this Windlass, and nothing of their git settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        paths = [str(REPOSITORY / "platform"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
        return kept | {
            "PATH": os.pathsep.join([str(self.folder / "bin"), os.environ.get("PATH", os.defpath)]),
            "PYTHONPATH": os.pathsep.join(path for path in paths if path),
            "GIT_CONFIG_GLOBAL": str(self.folder / "gitconfig"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_PAGER": "cat",
            "GIT_MERGE_AUTOEDIT": "no",
        }

    def strike(self, keep: bool) -> None:
        """Stop every service that the tour started, and take the scratch folder away."""
        for person in self.people:
            if (person.folder / ".windlass").is_dir():
                words = ["sh", "-c", "windlass down"]
                subprocess.run(words, cwd=person.folder, env=self.surroundings, capture_output=True, check=False)
        if keep:
            self.say(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.say(
                "the scratch repository is gone again; `.venv/bin/python docs/tour --keep` leaves it to look around in"
            )

    def print(self, text: str) -> None:
        """A line, at once."""
        print(text, flush=True)

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self.colour else text

    def _git(self, *words: str, at: Path) -> None:
        at.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            ["git", *words], cwd=at, env=self.surroundings, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise Wrong(f"git {' '.join(words)}: {done.stderr}")


def _copy(target: Path) -> None:
    """The config part of this repository, as it is in the work tree; releases of its own stay behind."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *TAKEN]
    done = subprocess.run(words, cwd=REPOSITORY, capture_output=True, check=False)
    names = [os.fsdecode(name) for name in done.stdout.split(b"\0") if name]
    if done.returncode != 0 or not names:
        names = [
            path.relative_to(REPOSITORY).as_posix()
            for top in TAKEN
            for path in [REPOSITORY / top, *(REPOSITORY / top).rglob("*")]
            if path.is_file()
        ]
    for name in names:
        if "/releases/" not in name and (REPOSITORY / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(REPOSITORY / name, target / name)
