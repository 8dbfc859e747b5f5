"""Serves one bento in this very process: ``serve.py BENTO HOST PORT``, run by the model's interpreter.

It is the program that `bentoml serve` starts for its worker, without the supervisor above it, which would import BentoML a second
time (a third of the time to the first answer) and is not needed: `status` sees a server that ended, and the next `up` starts it
again. The port is bound before anything is imported, so a second server ends at once.
"""

import os
import shutil
import socket
import sys
from pathlib import Path


def main(bento: str, host: str, port: int) -> None:
    """Serve until a signal comes."""
    listening = socket.create_server((host, port), backlog=2048)
    metrics = Path(os.environ["BENTOML_HOME"], "metrics")
    shutil.rmtree(metrics, ignore_errors=True)  # of the process before: its counters would be added to ours
    metrics.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(metrics)
    print(f"serving {bento} on http://{host}:{port}", flush=True)  # noqa: T201 -- the first line of its log
    from _bentoml_impl.worker.service import main as worker

    worker([bento, "--fd", str(listening.fileno()), "--worker-id", "1"])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
