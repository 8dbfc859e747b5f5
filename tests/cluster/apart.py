"""Run the command line with a lease of a few seconds and brief requests: ``python -m tests.cluster.apart SECONDS VERB ...``."""

import sys

from windlass.adapters.kubernetes import lease
from windlass.adapters.kubernetes.requests import DEADLINE, Requests
from windlass.cli.main import main

if __name__ == "__main__":
    lease.SECONDS = int(sys.argv[1])
    lease.MARGIN, lease.RENEW = lease.SECONDS / 2, lease.SECONDS / 6
    Requests.__init__.__defaults__ = (DEADLINE, lease.SECONDS / 2)
    raise SystemExit(main(sys.argv[2:]))
