"""The terminal: data to stdout, talk to stderr, and failures as findings with their exit code."""

import errno
import sys
from collections.abc import Callable, Iterable

from windlass.model import layout
from windlass.model.failure import Exit, Failure

OUTSIDE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EMFILE, errno.ENOMEM}
)
"""What the operating system refuses for reasons that no code of ours has a say in."""


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


def written(output: str, files: Iterable[str], told: str, sign: str = "+", **more: object) -> Exit:
    """Tell which files a verb wrote, and then what to do with them; ``more`` stands beside them in the JSON."""
    names = list(files)
    if output == "json":
        import json

        data(json.dumps({"exitCode": 0, "files": names, **more}, indent=2, ensure_ascii=False))
    else:
        data("\n".join(f"{sign} {name}" for name in names))
        talk(told)
    return Exit.OK


def guarded(output: str, act: Callable[[], Exit]) -> Exit:
    """Run a verb's body; a `Failure` becomes words and its exit code."""
    try:
        return act()
    except Failure as found:
        from windlass.adapters.files import told

        return failed(told(found), output)
    except OSError as error:
        if error.errno not in OUTSIDE:
            raise
        from pathlib import Path

        from windlass.adapters.files import trouble

        return failed(trouble(Path(error.filename or layout.STATE), error, "used"), output)


def failed(failure: Failure, output: str) -> Exit:
    """Tell a failure: on stdout as JSON where that was asked for, else on stderr. Its exit code."""
    from windlass.views import diagnostics

    if output == "json":
        data(diagnostics.as_json(failure.diagnostics, exit_code=int(failure.exit)))
    else:
        talk(diagnostics.as_text(failure.diagnostics, sources=failure.sources, output=failure.output))
    return failure.exit
