"""Train the toy shop and end with SIGKILL at a named point, or sleep inside a stage: ``python killed.py FOLDER POINT``."""

import os
import signal
import sys
from pathlib import Path

from tests.repositories import Clone
from tests.train import shop as toy


class Deadly(toy.Said):
    def point(self, name: str) -> None:
        if name == sys.argv[2]:
            os.kill(os.getpid(), signal.SIGKILL)


toy.Said = Deadly  # the shop makes its progress by this name
toy.Shop(Clone(Path(sys.argv[1])), Path(os.environ["RUNS"])).train()
