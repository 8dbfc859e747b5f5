"""Make a folder a config repository: specs/, environments/, schemas/ and what git and DVC need.

In a folder that is one already only the state folder .windlass/ is prepared. Nothing that exists is changed."""

import argparse
import json
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from windlass.cli import screen
from windlass.model.failure import Exit

if TYPE_CHECKING:
    from windlass.flows import init

EXAMPLE = "windlass init models && cd models && windlass new model vision/digits"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("folder", metavar="DIR", nargs="?", default=".", help="default: where you are")


def run(arguments: argparse.Namespace) -> Exit:
    """Write, and say what."""
    return screen.guarded(arguments.output, lambda: _init(arguments))


def _init(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.templates import shipped
    from windlass.flows import init

    folder = Path(arguments.directory, arguments.folder).resolve()
    made = init.init(DiskFiles(), folder, shipped, _start_git)
    if arguments.output == "json":
        told = {"exitCode": 0, "files": list(made.files), "git": made.git, "existed": made.existed}
        screen.data(json.dumps(told, indent=2, ensure_ascii=False))
        return Exit.OK
    screen.data("\n".join(f"+ {path}" for path in made.files))
    screen.talk(_told(made, os.path.relpath(folder)))
    return Exit.OK


def _told(made: "init.Made", folder: str) -> str:
    if not made.files:
        return "nothing to do: this is a config repository, and .windlass/ is ready"
    if made.existed:
        return "this is a config repository already: .windlass/ is ready"
    git = "a config repository, under git from now on" if made.git else "a config repository"
    there = "" if folder == "." else f"cd {shlex.quote(folder)} && "
    return f"{git}\nnext   {there}windlass new model TEAM/NAME"


def _start_git(folder: Path) -> bool:
    """Make a git repository of the folder unless it lies in one."""
    from windlass.adapters import gitcommand, survey

    around = survey.repository(str(folder))
    if around is not None and Path(around, ".git").exists():
        return False
    folder.mkdir(parents=True, exist_ok=True)
    gitcommand.run(folder, "init", "-q", "-b", "main")
    return True
