"""Runs a command that must not outlive us: ``python leash.py COMMAND ...`` ends its process group when its input closes.

uv and its like know nothing of parents; this small process between them and us does. Started as a script by its path with
``-S``, so that it costs a bare interpreter and no more; it imports nothing of Windlass.
"""

import os
import signal
import subprocess
import sys
import threading


def main() -> int:
    """Run the command without input; its exit code."""
    threading.Thread(target=_watch, daemon=True).start()
    return subprocess.run(sys.argv[1:], stdin=subprocess.DEVNULL, close_fds=False).returncode


def _watch() -> None:
    while os.read(0, 1024):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
