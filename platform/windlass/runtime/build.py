"""Builds one bento in the model's own interpreter, and leaves nothing in it that depends on when or where.

It is the module of a worker process (`answer.py`), which the packager starts before it needs it.
"""

import importlib
import json
import shutil
import sys
from pathlib import Path
from typing import Any

EPOCH = "1970-01-01T00:00:00.000000+00:00"
TRAVELS = ("__init__.py", "contract.py", "estimator.py", "requestlog.py", "service.py")
"""The files of this folder that are the service; the others stay here."""


class Unfit(ValueError):
    """The model and the contract cannot serve together, in plain words."""


def build(name: str, version: str, model: Path, contract: Path, lock: Path, work: Path) -> Path:
    """Build the bento ``name:version`` below ``work`` and return its folder. Raises `Unfit`."""
    import bentoml

    _forget()
    context = work / "context"
    package = context / "windlass_runtime"
    package.mkdir(parents=True)
    for file in TRAVELS:
        shutil.copyfile(Path(__file__).parent / file, package / file)
    shutil.copytree(model, context / "model")
    shutil.copyfile(contract, context / "contract.json")
    shutil.copyfile(lock, context / "requirements.lock")
    _check(context)
    made = bentoml.build(
        "windlass_runtime.service:Model",
        name=name,
        version=version,
        build_ctx=str(context),
        include=["*"],
        python={"lock_packages": False},
        docker={"python_version": f"{sys.version_info.major}.{sys.version_info.minor}"},
    )
    folder = Path(made.path)
    _settle(folder, lock.read_bytes())
    return folder


def _check(context: Path) -> None:
    """Load the model as the service will, so that a contract that does not fit is said now and not by a dead server."""
    sys.path.insert(0, str(context))
    try:
        from windlass_runtime.estimator import Estimator  # type: ignore[import-not-found]

        Estimator(context / "model", json.loads((context / "contract.json").read_bytes()))
    except ValueError as error:
        raise Unfit(str(error)) from error
    finally:
        sys.path.remove(str(context))
        _forget()


def _forget() -> None:
    """Forget the service program of the build before: the next one imports its own."""
    importlib.invalidate_caches()
    for module in [module for module in sys.modules if module.partition(".")[0] == "windlass_runtime"]:
        del sys.modules[module]


def _settle(folder: Path, lock: bytes) -> None:
    """Make the bento the same bytes every time: no creation time, no file of the build, the model's lock as the
    requirements of an image, plain permissions.
    """
    document = folder / "bento.yaml"
    lines = document.read_text().splitlines(keepends=True)
    document.write_text(
        "".join(f"creation_time: '{EPOCH}'\n" if at.startswith("creation_time:") else at for at in lines)
    )
    (folder / "env" / "python" / "requirements.txt").write_bytes(lock)
    (folder / "env" / "python" / "requirements.in").unlink(missing_ok=True)
    for cache in list(folder.rglob("__pycache__")):
        shutil.rmtree(cache)


def warm() -> None:
    """Import what a build needs, while the parent still trains. `bentoml` imports its parts only when they are named."""
    import sklearn.pipeline  # noqa: F401 -- here and below, importing is the point
    import skops.io  # noqa: F401
    from bentoml import build, service  # noqa: F401


def handle(request: dict[str, Any]) -> dict[str, Any]:
    """One build: ``{"folder": ...}``, or ``{"unfit": why}`` where the model and the contract cannot serve together."""
    places = (Path(request[key]) for key in ("model", "contract", "lock", "work"))
    try:
        return {"folder": str(build(request["name"], request["version"], *places))}
    except Unfit as error:
        return {"unfit": str(error)}
