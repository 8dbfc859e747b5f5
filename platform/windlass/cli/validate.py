"""Check every spec and environment of the repository and say every mistake at once, with its place and what to do.

An unchanged tree is answered from a digest cache (.windlass/cache/validate.json). No git is needed. The exit code is 1 where
anything is wrong."""

import argparse
import sys
import time
from typing import TYPE_CHECKING

from windlass import __version__

if TYPE_CHECKING:
    from windlass.model.failure import Exit

EXAMPLE = "windlass validate --output json"


def configure(parser: argparse.ArgumentParser) -> None:
    """Arguments of the verb."""
    parser.add_argument("--no-cache", action="store_true", help="judge again even if nothing has changed")


def run(arguments: argparse.Namespace) -> "Exit | int":
    """Answer from the cache if nothing has changed, else judge."""
    from windlass.adapters import survey
    from windlass.flows import recall

    began = time.monotonic()
    root = survey.repository(arguments.directory)
    known = None if root is None or arguments.no_cache else recall.recall(survey, root, __version__, survey.today())
    if known is None:
        from windlass.cli import screen

        return screen.guarded(arguments.output, lambda: _judge(arguments, root, began))
    if arguments.output == "json":
        sys.stdout.write(f'{{\n  "exitCode": 0,\n  "documents": {known},\n  "diagnostics": []\n}}\n')
    else:
        took = (time.monotonic() - began) * 1000
        word = "document" if known == 1 else "documents"
        sys.stderr.write(f"{known} {word} checked in {took:.0f} ms: no mistakes, nothing has changed\n")
    return 0


def _judge(arguments: argparse.Namespace, root: str | None, began: float) -> "Exit":
    from windlass.adapters import survey
    from windlass.cli import screen, wiring
    from windlass.flows import validate
    from windlass.model.diagnostic import Severity
    from windlass.model.failure import Exit
    from windlass.views import diagnostics as view

    loading = validate.validate(wiring.reader(root or arguments.directory), survey)
    found = loading.diagnostics
    code = Exit.FINDINGS if any(one.severity is Severity.ERROR for one in found) else Exit.OK
    if arguments.output == "json":
        screen.data(view.as_json(found, int(code), documents=loading.documents))
    else:
        screen.data(view.as_text(found, loading.texts) + ("\n" if found else ""))
        screen.talk(view.summary(found, loading.documents, time.monotonic() - began))
    return code
