"""Train the toy shop and end with SIGKILL at a named point, or sleep inside a stage: ``python killed.py FOLDER POINT``."""

import os
import signal
import sys
from pathlib import Path

from tests.repositories import Clone
from tests.train import shop as toy


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


toy.Shop(Clone(Path(sys.argv[1])), Path(os.environ["RUNS"]), {sys.argv[2]: kill}).train()
