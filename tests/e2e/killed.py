"""Run the command line and send it a signal at a named point: ``python killed.py SIGKILL POINT VERB ...``.

A point is what a flow or an adapter tells its progress: ``begin:train``, ``end:train``, or a name given to ``point``. Nothing of
the product knows of this; the progress that it is handed kills. Only this process dies, as under the hand of an out-of-memory
killer: what it started must find out by itself.
"""

import os
import signal
import sys

import windlass.adapters.progress
from windlass.adapters.progress import TerminalProgress
from windlass.cli.main import main

SIGNAL, POINT = signal.Signals[sys.argv[1]], sys.argv[2]


class Deadly(TerminalProgress):
    """A progress that signals its process at one point, once."""

    done = False

    def begin(self, step, about=""):
        super().begin(step, about)
        self.point(f"begin:{step}")

    def end(self, step, outcome, detail=""):
        super().end(step, outcome, detail)
        self.point(f"end:{step}")

    def point(self, name):
        if name == POINT and not Deadly.done:
            Deadly.done = True
            os.kill(os.getpid(), SIGNAL)


if __name__ == "__main__":
    windlass.adapters.progress.TerminalProgress = Deadly
    raise SystemExit(main(sys.argv[3:]))
