"""Run the command line on a disk that is full from the n-th write of the files port on: ``python full.py N VERB ...``."""

import errno
import sys

from windlass.adapters.files import DiskFiles
from windlass.cli.main import main

LEFT = [int(sys.argv[1])]


class FullFiles(DiskFiles):
    """A disk that takes so many files and no more."""

    def _replace(self, path, data):
        LEFT[0] -= 1
        if LEFT[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        super()._replace(path, data)


if __name__ == "__main__":
    import windlass.adapters.files

    windlass.adapters.files.DiskFiles = FullFiles
    raise SystemExit(main(sys.argv[2:]))
