"""Run the search that `tune.json` in this folder describes: every trial, then `best.json` and `trials.json`. The stage `tune` of a
rendered dvc.yaml calls it, for Windlass as for `dvc repro`; trials that are known are not run again."""

import argparse

from windlass.cli import screen
from windlass.model.failure import Exit

EXAMPLE = "windlass tune -C specs/risk/fraud"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("--trial", type=int, metavar="N", help="only this trial, and choose nothing yet")


def run(arguments: argparse.Namespace) -> Exit:
    """Search."""
    return screen.guarded(arguments.output, lambda: _tune(arguments))


def _tune(arguments: argparse.Namespace) -> Exit:
    from pathlib import Path

    from windlass.cli import wiring
    from windlass.flows import tune

    folders, files, progress = wiring.searching(arguments)
    folder = Path(arguments.directory).absolute()
    search = tune.planned(files, folder)
    if arguments.trial is None:
        table = tune.tune(folders, files, progress, folder, search)
        if arguments.output == "json":
            screen.data(table)
    else:
        made = tune.trial(folders, files, progress, folder, search, arguments.trial)
        if arguments.output == "json":
            screen.data(made.model_dump_json(by_alias=True))
    return Exit.OK
