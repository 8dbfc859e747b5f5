"""A worker process: ``python -P answer.py MODULE.py`` answers JSON lines by the module's ``handle``, one line each.

The module's ``warm`` runs first, so that a parent can start the worker before it needs it. When standard input closes,
because the parent asked it to or because the parent is gone (kill -9 included), the worker kills its own process group: no
child of Windlass outlives it, and none has to be looked for. Whatever the module prints goes to standard error.
"""

import importlib.util
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from types import ModuleType
from typing import Any


def main(path: Path) -> None:
    """Be the worker of one module."""
    requests: queue.Queue[str] = queue.Queue()
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    if os.getpid() != os.getpgrp():
        os.setpgid(0, 0)

    def listen() -> None:
        for line in sys.stdin:
            requests.put(line)
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=listen, daemon=True).start()
    module = _load(path)
    module.warm()
    while True:
        answers.write(json.dumps(_answer(module, json.loads(requests.get()))) + "\n")
        answers.flush()


def _answer(module: ModuleType, request: dict[str, Any]) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = module.handle(request)
    except Exception as error:  # noqa: BLE001 -- the parent puts it in words
        return {"error": f"{type(error).__name__}: {error}"}
    return answer


def _load(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"windlass_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(Path(sys.argv[1]))
