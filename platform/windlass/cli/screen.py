"""The terminal: data to stdout, talk to stderr, and failures as findings with their exit code."""

import sys
from collections.abc import Callable

from windlass.model.failure import Exit, Failure


def data(text: str) -> None:
    """Print data, with one newline at the end."""
    if text:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
        # Talk follows data also where both end in one pipe.
        sys.stdout.flush()


def talk(text: str) -> None:
    """Say something to the person."""
    if text:
        sys.stderr.write(text if text.endswith("\n") else text + "\n")


def guarded(output: str, act: Callable[[], Exit]) -> Exit:
    """Run a verb's body; a `Failure` becomes diagnostics (on stdout as JSON where asked, else on stderr) and its exit code."""
    from windlass.views import diagnostics

    try:
        return act()
    except Failure as failure:
        if output == "json":
            data(diagnostics.as_json(failure.diagnostics, exit_code=int(failure.exit)))
        else:
            talk(diagnostics.as_text(failure.diagnostics, sources=failure.sources, output=failure.output))
        return failure.exit
