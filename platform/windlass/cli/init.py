"""Make a folder a config repository: specs/, environments/, schemas/ and what git and DVC need.

In a folder that is one already only the state folder .windlass/ is prepared. Nothing that exists is changed.

`windlass init backend AXIS NAME` writes a backend of your own to templates/AXIS/NAME/, with an example of what it makes."""

import argparse
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from windlass.cli import misuse, screen
from windlass.model.failure import Exit

if TYPE_CHECKING:
    from windlass.flows import init

EXAMPLE = "windlass init models && cd models && windlass new model vision/digits"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("what", metavar="DIR | backend AXIS NAME", nargs="*", help="default: where you are")


def run(arguments: argparse.Namespace) -> Exit:
    """Write, and say what."""
    match arguments.what:
        case ["backend", axis, name]:
            return screen.guarded(arguments.output, lambda: _backend(arguments, axis, name))
        case [] | [_]:
            return screen.guarded(arguments.output, lambda: _init(arguments))
    words = shlex.join(arguments.what)
    raise misuse.usage(
        f"`windlass init` takes a folder, or `backend AXIS NAME`, not `{words}`", f"for example: {EXAMPLE}"
    )


def _backend(arguments: argparse.Namespace, axis: str, name: str) -> Exit:
    from windlass.adapters import survey
    from windlass.adapters.templates import shipped
    from windlass.cli import wiring
    from windlass.engine.wording import meant
    from windlass.flows import new_backend
    from windlass.model.backend import KINDS
    from windlass.model.document import NAME

    ports = wiring.reader(survey.repository(arguments.directory) or arguments.directory)
    if axis not in (axes := [one for one in KINDS if ports.templates.backends(one)]):
        raise misuse.usage(f"no axis `{axis}`", meant(axis, axes, "there are"))
    if not re.fullmatch(NAME, name):
        raise misuse.usage(f"`{name}` is no name of a backend", "small letters, digits and `-`, a letter first")
    written = new_backend.new_backend(ports, shipped("templates") / "starts" / "backend" / "folder", axis, name)
    told = f"next   windlass backends --check        then change templates/{axis}/{name} into yours"
    return screen.written(arguments.output, written, told)


def _init(arguments: argparse.Namespace) -> Exit:
    from windlass.adapters.files import DiskFiles
    from windlass.adapters.templates import shipped
    from windlass.flows import init

    folder = Path(arguments.directory, *arguments.what).resolve()
    made = init.init(DiskFiles(), folder, shipped, _start_git)
    told = _told(made, os.path.relpath(folder))
    return screen.written(arguments.output, made.files, told, git=made.git, existed=made.existed)


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
